declare module 'tz-lookup' {
  /** The IANA time zone at these coordinates (degrees). Throws a RangeError outside the globe. */
  export default function timeZoneAt(latitude: number, longitude: number): string;
}
