/**
 * Words by which free text tells an attribute that is never used: race, colour, origin, religion, sex, orientation,
 * disability, gender identity (domain reference, "ai"). Words that tell two such attributes apart must end as the same placeholder, so that
 * swapping them changes nothing.
 */
const race = `african[- ]americans?|blacks?|whites?|caucasians?|asians?|latin[oax]s?|latine|hispanics?|chican[oa]s?|native[- ]americans?|american[- ]indians?|indigenous|pacific[- ]islanders?|biracial|multiracial|mixed[- ]race|brown|colou?red|arabs?|middle[- ]eastern|roma|dark[- ]skinned|light[- ]skinned`;

const origin = `immigrants?|refugees?|foreign(?:er|ers|-born)?|undocumented|green[- ]card|naturali[sz]ed|mexicans?|chinese|indians?|filipin[oa]s?|vietnamese|koreans?|japanese|cubans?|salvadorans?|dominicans?|guatemalans?|colombians?|puerto[- ]ricans?|haitians?|jamaicans?|nigerians?|ethiopians?|somalis?|russians?|ukrainians?|poles|polish|germans?|irish|italians?|french|british|canadians?|brazilians?|pakistanis?|bangladeshis?|iranians?|persians?|iraqis?|syrians?|lebanese|turkish|turks?|greeks?|spanish|spaniards?|portuguese`;

const religion = `christians?|catholics?|protestants?|baptists?|methodists?|lutherans?|evangelicals?|mormons?|muslims?|islam(?:ic)?|jew(?:s|ish)?|judaism|hindus?|buddhists?|sikhs?|atheists?|agnostics?|church|mosque|synagogue|temple|pastor|imam|rabbi|ramadan|bible|quran|koran`;

const sex = `wom[ae]n|m[ae]n|females?|males?|lad(?:y|ies)|gentlem[ae]n|girls?|boys?|guys?|wi(?:fe|ves)|husbands?|mothers?|fathers?|mom|dad|daughters?|sons?|sisters?|brothers?|grandmothers?|grandfathers?|grandma|grandpa|girlfriends?|boyfriends?|widow(?:er)?s?|pregnan(?:t|cy)|maternity|paternity`;

const orientation = `gays?|lesbians?|bisexuals?|homosexuals?|heterosexuals?|straight|queer|lgbtq?\\+?|same[- ]sex|transgender|trans|non[- ]?binary|cisgender|transsexuals?|intersex|genderqueer|transitioned`;

const disability = `disab(?:led|ility|ilities)|handicap(?:ped)?|wheelchair|blind|deaf|autis(?:m|tic)|adhd|bipolar|schizophreni[ac]|depress(?:ed|ion)|ptsd|epilep(?:sy|tic)|paraly[sz]ed|amputee|dyslexi[ac]|down syndrome|cerebral palsy|multiple sclerosis|ssdi|hard of hearing|mental(?:ly)? ill(?:ness)?`;

const pronouns = `he|him|his|himself|she|her|hers|herself`;

export const protectedTerms: readonly { readonly pattern: RegExp; readonly placeholder: string }[] = [
  { pattern: words(race, origin, religion, sex, orientation, disability), placeholder: '[PROTECTED]' },
  { pattern: words(pronouns), placeholder: 'they' },
];

/** Terms by attribute, for the property that swapping two of the same attribute changes nothing. */
export const protectedExamples = {
  race: ['black', 'white', 'Asian', 'Hispanic', 'Native American'],
  origin: ['Mexican', 'German', 'Nigerian', 'Chinese', 'Irish'],
  religion: ['Christian', 'Muslim', 'Jewish', 'Hindu', 'atheist'],
  sex: ['woman', 'man', 'female', 'male'],
  orientation: ['gay', 'straight', 'lesbian', 'bisexual'],
  disability: ['blind', 'deaf', 'disabled', 'autistic'],
  genderIdentity: ['transgender', 'cisgender', 'non-binary'],
} as const;

function words(...groups: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${groups.join('|')})\\b`, 'gi');
}
