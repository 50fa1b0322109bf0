// Writes src/html/country_names.txt: what each country is called in each of our languages, in the order
// in which a reader of that language looks for it. From the CLDR data in Node's ICU:
//
//     node screens/country-names.mjs
//
// A test of the backend holds the countries below to those that have phone numbers.

import { writeFileSync } from "node:fs";

const LANGUAGES = "en es fr de pt-BR it ar hi ja zh-Hans tr".split(" ");
const COUNTRIES = `
AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG
EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF
NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD
SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TG TH TJ TK TL TM TN TO TR TT TV TW
TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
`.trim().split(/\s+/);

const blocks = LANGUAGES.map((language) => {
  const names = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
  const order = new Intl.Collator(language);
  const lines = COUNTRIES.map((code) => [code, names.of(code)])
    .sort(([, one], [, other]) => order.compare(one, other))
    .map(([code, name]) => `${code} ${name}`);
  return [`[${language}]`, ...lines].join("\n");
});

writeFileSync(new URL("src/html/country_names.txt", import.meta.url), blocks.join("\n") + "\n");
console.log(`${COUNTRIES.length} countries, CLDR ${process.versions.cldr}`);
