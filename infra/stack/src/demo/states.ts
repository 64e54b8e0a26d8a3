/** A state as the demo data know it. */
export interface DemoState {
  readonly code: string;
  /** Share of the leads, in proportion to the population (millions, rounded up so that no state is left out). */
  readonly weight: number;
  /** Area codes in use there; leads get 555-01xx numbers in them. */
  readonly areaCodes: readonly string[];
  readonly timeZone: string;
}

/** The fifty states and the District of Columbia. */
export const demoStates: readonly DemoState[] = [
  state('AL', 5, '205 251 256 334', 'America/Chicago'),
  state('AK', 1, '907', 'America/Anchorage'),
  state('AZ', 7, '480 520 602 623 928', 'America/Phoenix'),
  state('AR', 3, '479 501 870', 'America/Chicago'),
  state(
    'CA',
    39,
    '209 213 310 408 415 510 530 559 562 619 626 650 661 707 714 760 805 818 909 916 925 949',
    'America/Los_Angeles',
  ),
  state('CO', 6, '303 719 720 970', 'America/Denver'),
  state('CT', 4, '203 860', 'America/New_York'),
  state('DE', 1, '302', 'America/New_York'),
  state('DC', 1, '202', 'America/New_York'),
  state('FL', 22, '239 305 321 352 386 407 561 727 772 786 813 850 863 904 941 954', 'America/New_York'),
  state('GA', 11, '229 404 478 678 706 770 912', 'America/New_York'),
  state('HI', 2, '808', 'Pacific/Honolulu'),
  state('ID', 2, '208', 'America/Boise'),
  state('IL', 13, '217 309 312 618 630 708 773 815 847', 'America/Chicago'),
  state('IN', 7, '219 260 317 574 765 812', 'America/Indiana/Indianapolis'),
  state('IA', 3, '319 515 563 641 712', 'America/Chicago'),
  state('KS', 3, '316 620 785 913', 'America/Chicago'),
  state('KY', 5, '270 502 606 859', 'America/New_York'),
  state('LA', 5, '225 318 337 504 985', 'America/Chicago'),
  state('ME', 1, '207', 'America/New_York'),
  state('MD', 6, '240 301 410 443', 'America/New_York'),
  state('MA', 7, '413 508 617 774 781 978', 'America/New_York'),
  state('MI', 10, '231 248 269 313 517 586 616 734 810 906 989', 'America/Detroit'),
  state('MN', 6, '218 320 507 612 651 763 952', 'America/Chicago'),
  state('MS', 3, '228 601 662', 'America/Chicago'),
  state('MO', 6, '314 417 573 636 660 816', 'America/Chicago'),
  state('MT', 1, '406', 'America/Denver'),
  state('NE', 2, '308 402', 'America/Chicago'),
  state('NV', 3, '702 775', 'America/Los_Angeles'),
  state('NH', 1, '603', 'America/New_York'),
  state('NJ', 9, '201 609 732 856 908 973', 'America/New_York'),
  state('NM', 2, '505 575', 'America/Denver'),
  state('NY', 20, '212 315 347 516 518 585 607 631 646 716 718 845 914 917', 'America/New_York'),
  state('NC', 11, '252 336 704 828 910 919 980', 'America/New_York'),
  state('ND', 1, '701', 'America/Chicago'),
  state('OH', 12, '216 330 419 440 513 614 740 937', 'America/New_York'),
  state('OK', 4, '405 580 918', 'America/Chicago'),
  state('OR', 4, '503 541 971', 'America/Los_Angeles'),
  state('PA', 13, '215 412 570 610 717 724 814', 'America/New_York'),
  state('RI', 1, '401', 'America/New_York'),
  state('SC', 5, '803 843 864', 'America/New_York'),
  state('SD', 1, '605', 'America/Chicago'),
  state('TN', 7, '423 615 731 865 901 931', 'America/Chicago'),
  state('TX', 30, '210 214 254 281 325 361 409 512 713 806 817 830 903 915 936 940 956 972 979', 'America/Chicago'),
  state('UT', 3, '435 801', 'America/Denver'),
  state('VT', 1, '802', 'America/New_York'),
  state('VA', 9, '276 434 540 703 757 804', 'America/New_York'),
  state('WA', 8, '206 253 360 425 509', 'America/Los_Angeles'),
  state('WV', 2, '304', 'America/New_York'),
  state('WI', 6, '262 414 608 715 920', 'America/Chicago'),
  state('WY', 1, '307', 'America/Denver'),
];

function state(code: string, weight: number, areaCodes: string, timeZone: string): DemoState {
  return { code, weight, areaCodes: areaCodes.split(' '), timeZone };
}
