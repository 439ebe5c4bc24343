#include "log/rules/code_lists.h"

#include <bitset>
#include <string_view>

namespace modlog {

namespace {

using Codes = std::bitset<677>;

// BH, IN, IW, JI, JW, MO and SH were withdrawn and are still met.
constexpr std::string_view kLanguages =
    "AA AB AE AF AK AM AN AR AS AV AY AZ BA BE BG BH BI BM BN BO BR BS CA CE "
    "CH "
    "CO CR CS CU CV CY DA DE DV DZ EE EL EN EO ES ET EU FA FF FI FJ FO FR FY "
    "GA "
    "GD GL GN GU GV HA HE HI HO HR HT HU HY HZ IA ID IE IG II IK IN IO IS IT "
    "IU "
    "IW JA JI JV JW KA KG KI KJ KK KL KM KN KO KR KS KU KV KW KY LA LB LG LI "
    "LN LO "
    "LT LU LV MG MH MI MK ML MN MO MR MS MT MY NA NB ND NE NG NL NN NO NR NV "
    "NY OC "
    "OJ OM OR OS PA PI PL PS PT QU RM RN RO RU RW SA SC SD SE SG SH SI SK SL "
    "SM SN "
    "SO SQ SR SS ST SU SV SW TA TE TG TH TI TK TL TN TO TR TS TT TW TY UG UK "
    "UR "
    "UZ VE VI VO WA WO XH YI YO ZA ZH ZU";

constexpr std::string_view kTerritoryBits =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO "
    "PL "
    "PT RO SE SI SK";

constexpr std::string_view kOtherCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AU AW AX AZ BA BB BD BF BH BI BJ BL BM "
    "BN "
    "BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV "
    "CW "
    "CX DJ DM DO DZ EC EG EH ER ET FJ FK FM FO GA GB GD GE GF GG GH GI GL GM "
    "GN "
    "GP GQ GS GT GU GW GY HK HM HN HT ID IL IM IN IO IQ IR JE JM JO JP KE KG "
    "KH "
    "KI KM KN KP KR KW KY KZ LA LB LC LK LR LS LY MA MC MD ME MF MG MH MK ML "
    "MM "
    "MN MO MP MQ MR MS MU MV MW MX MY MZ NA NC NE NF NG NI NP NR NU NZ OM PA "
    "PE "
    "PF PG PH PK PM PN PR PS PW PY QA RE RS RU RW SA SB SC SD SG SH SJ SL SM "
    "SN "
    "SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ "
    "UA "
    "UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

Codes Pack(std::string_view list) {
  Codes codes;
  for (size_t at = 0; at + 2 <= list.size(); at += 3) {
    const auto first = static_cast<size_t>(list[at] - 'A');
    const auto second = static_cast<size_t>(list[at + 1] - 'A');
    codes.set(first * 26 + second + 1);
  }
  return codes;
}

bool Holds(const Codes& codes, uint32_t code) {
  return code < codes.size() && codes.test(code);
}

}  // namespace

bool IsLanguage(uint32_t code) {
  static const Codes languages = Pack(kLanguages);
  return Holds(languages, code);
}

bool IsCountry(uint32_t code) {
  static const Codes countries = Pack(kOtherCountries);
  return Holds(countries, code) || HasTerritoryBit(code);
}

bool HasTerritoryBit(uint32_t code) {
  static const Codes with_bit = Pack(kTerritoryBits);
  return Holds(with_bit, code);
}

}  // namespace modlog
