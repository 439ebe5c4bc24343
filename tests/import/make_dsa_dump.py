#!/usr/bin/env python3
"""Writes a dump in the form of the EU's DSA Transparency Database, with made-up
statements in the proportions of the real ones: most by one rule, automated,
about videos and products, with one of a few template texts and all of the EEA;
few with a keyword, a few hundred in a million with oddities (quotes, backslashes
and line ends in a text). The same arguments write the same bytes.

  make_dsa_dump.py --rows N [--schema v1|v2] [--light] [--seed S]
                   [--platform NAME] [--zip FILE] > dump.csv

Cells are written as PHP's fputcsv writes them. With --zip the dump is packed as
it is published: an outer zip, stored, of csv.zip files of up to 1,000,000 rows,
each of csv files of up to 100,000.
"""

import argparse
import datetime
import io
import random
import sys
import zipfile

COLUMNS = (
    "uuid decision_visibility decision_visibility_other end_date_visibility_restriction decision_monetary"
    " decision_monetary_other end_date_monetary_restriction decision_provision end_date_service_restriction"
    " decision_account end_date_account_restriction account_type decision_ground decision_ground_reference_url"
    " illegal_content_legal_ground illegal_content_explanation incompatible_content_ground"
    " incompatible_content_explanation incompatible_content_illegal category category_addition"
    " category_specification category_specification_other content_type content_type_other content_language"
    " content_date content_id_ean territorial_scope application_date decision_facts source_type source_identity"
    " automated_detection automated_decision platform_name platform_uid created_at").split()
V1_COLUMNS = [c for c in COLUMNS if c != "content_id_ean"]
NOT_LIGHT = {"illegal_content_explanation", "incompatible_content_explanation", "territorial_scope",
             "decision_facts"}
EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
EU = [c for c in EEA if c not in ("IS", "LI", "NO")]

# (weight, category, keywords) in v2's names, in the order of their numbers.
CATEGORIES = [
    (48, "OTHER_VIOLATION_TC", ["GOODS_SERVICES_NOT_PERMITTED", "NUDITY"]),
    (15, "ILLEGAL_OR_HARMFUL_SPEECH", ["DEFAMATION", "HATE_SPEECH"]),
    (9, "VIOLENCE", ["COORDINATED_HARM", "INCITEMENT_VIOLENCE_HATRED"]),
    (8, "SCAMS_AND_FRAUD", ["INAUTHENTIC_ACCOUNTS", "PHISHING"]),
    (7, "PROTECTION_OF_MINORS", ["AGE_SPECIFIC_RESTRICTIONS_MINORS", "GROOMING_SEXUAL_ENTICEMENT_MINORS"]),
    (5, "UNSAFE_AND_PROHIBITED_PRODUCTS", ["PROHIBITED_PRODUCTS", "UNSAFE_PRODUCTS"]),
    (3, "INTELLECTUAL_PROPERTY_INFRINGEMENTS", ["COPYRIGHT_INFRINGEMENT", "TRADEMARK_INFRINGEMENT"]),
    (2, "SELF_HARM", ["SELF_MUTILATION", "SUICIDE"]),
    (1, "CYBER_VIOLENCE", ["CYBER_BULLYING_INTIMIDATION", "CYBER_STALKING"]),
    (1, "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", ["RIGHT_TO_BE_FORGOTTEN"]),
    (1, "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", ["MISINFORMATION_DISINFORMATION"]),
]
V1_CATEGORIES = [
    (60, "SCOPE_OF_PLATFORM_SERVICE", ["AGE_SPECIFIC_RESTRICTIONS", "NUDITY"]),
    (16, "ILLEGAL_OR_HARMFUL_SPEECH", ["DEFAMATION", "HATE_SPEECH"]),
    (8, "PORNOGRAPHY_OR_SEXUALIZED_CONTENT", ["ADULT_SEXUAL_MATERIAL", "IMAGE_BASED_SEXUAL_ABUSE"]),
    (6, "SCAMS_AND_FRAUD", ["INAUTHENTIC_ACCOUNTS", "PHISHING"]),
    (5, "UNSAFE_AND_ILLEGAL_PRODUCTS", ["INSUFFICIENT_INFORMATION_TRADERS", "DANGEROUS_TOYS"]),
    (3, "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", ["DISINFORMATION", "MISINFORMATION"]),
    (2, "NON_CONSENSUAL_BEHAVIOUR", ["ONLINE_BULLYING_INTIMIDATION", "NON_CONSENSUAL_ITEMS_DEEPFAKE"]),
]
TEMPLATES = [
    "The content was found to violate the terms of service by an automated review of the media and its metadata.",
    "This decision was taken pursuant to own-initiative investigations. The content was identified by a"
    " classifier trained on earlier decisions and removed before it was shown to more than a few people.",
    "The listing offers a product that may not be sold on the marketplace. The seller was told and can appeal.",
    "A user reported the content. A moderator compared it with the rules for comments and hid it.",
]
RULES = ["Community Guidelines, section 4: \"Safety & civility\"", "Terms of service, clause 7.2",
         "Marketplace policy, prohibited and restricted items"]
EXPLANATIONS = [
    "We do not allow content that is meant to provoke or to shock, or that shows graphic scenes.",
    "Spam, including artificial engagement, is not allowed; see the guidelines for examples.",
    "Sellers must not list items on the list of prohibited products, whatever their condition."]
# What makes a reader of PHP's CSV stumble.
ODDITIES = ["ends in a backslash \\", "a \\\"quoted\\\" path C:\\temp\\", "first line\nsecond line", "carriage\r\nreturn",
            "plain, with commas, and \"quotes\"", "\\\", and on", "tab\tand é ß 漢字", "\\\"\"", "'; --"]


def fputcsv(cells):
    """One row as PHP's fputcsv with its default arguments writes it."""
    out = []
    for cell in cells:
        if not any(c in cell for c in ',"\\\n\r\t '):
            out.append(cell)
            continue
        escaped, quoted = False, ['"']
        for c in cell:
            if c == "\\":
                escaped = True
            elif not escaped and c == '"':
                quoted.append('"')
            else:
                escaped = False
            quoted.append(c)
        out.append("".join(quoted) + '"')
    return ",".join(out) + "\n"


def json_list(codes):
    return '["' + '","'.join(codes) + '"]' if codes else "[]"


def ean13(rng):
    digits = "40" + "".join(rng.choice("0123456789") for _ in range(10))
    total = sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits))
    return digits + str(-total % 10)


def uuid(rng):
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


class Dump:
    def __init__(self, args):
        self.rng = random.Random(f"{args.seed} {args.schema}")
        self.v1 = args.schema == "v1"
        self.platform = args.platform
        self.columns = V1_COLUMNS if self.v1 else COLUMNS
        if args.light:
            self.columns = [c for c in self.columns if c not in NOT_LIGHT]
        self.categories = V1_CATEGORIES if self.v1 else CATEGORIES
        self.first_day = datetime.date(2024, 11, 23) if self.v1 else datetime.date(2025, 11, 20)

    def day(self, ago):
        return (self.first_day - datetime.timedelta(days=ago)).isoformat() + " 00:00:00"

    def text(self, choices):
        rng = self.rng
        text = rng.choice(choices)
        return text + " " + rng.choice(ODDITIES) if rng.random() < 0.0004 else text

    def decide(self, row):
        rng = self.rng
        draw = rng.random()
        if draw < 0.86:
            code = rng.choices(["REMOVED", "DISABLED", "DEMOTED", "AGE_RESTRICTED", "INTERACTION_RESTRICTED",
                                "LABELLED"], [55, 20, 14, 4, 5, 2])[0]
            row["decision_visibility"] = json_list(["DECISION_VISIBILITY_CONTENT_" + code])
        elif draw < 0.87:
            row["decision_visibility"] = json_list(["DECISION_VISIBILITY_CONTENT_REMOVED",
                                                    "DECISION_VISIBILITY_OTHER"])
            row["decision_visibility_other"] = "Not recommended to others"
        elif draw < 0.95:
            row["decision_account"] = "DECISION_ACCOUNT_" + rng.choice(["SUSPENDED", "TERMINATED"])
            row["account_type"] = rng.choice(["ACCOUNT_TYPE_PRIVATE", "ACCOUNT_TYPE_BUSINESS", ""])
            if row["decision_account"].endswith("SUSPENDED") and rng.random() < 0.5:
                row["end_date_account_restriction"] = self.day(-30)
        elif draw < 0.98:
            row["decision_provision"] = "DECISION_PROVISION_PARTIAL_SUSPENSION"
            row["end_date_service_restriction"] = self.day(-7)
        else:
            row["decision_monetary"] = "DECISION_MONETARY_SUSPENSION"

    def explain(self, row):
        rng = self.rng
        if rng.random() < 0.97:
            row["decision_ground"] = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
            row["incompatible_content_ground"] = self.text(RULES)
            row["incompatible_content_explanation"] = self.text(EXPLANATIONS)
            row["incompatible_content_illegal"] = rng.choices(["No", "", "Yes"], [60, 35, 5])[0]
        else:
            row["decision_ground"] = "DECISION_GROUND_ILLEGAL_CONTENT"
            row["illegal_content_legal_ground"] = "Criminal Code, section 130"
            row["illegal_content_explanation"] = self.text(EXPLANATIONS)
        _, category, keywords = rng.choices(self.categories, [c[0] for c in self.categories])[0]
        row["category"] = "STATEMENT_CATEGORY_" + category
        if rng.random() < 0.035:
            row["category_specification"] = json_list(["KEYWORD_" + rng.choice(keywords)])

    def row(self):
        rng = self.rng
        row = dict.fromkeys(COLUMNS, "")
        row["uuid"] = uuid(rng)
        row["decision_visibility"] = row["category_addition"] = row["category_specification"] = "[]"
        self.decide(row)
        self.explain(row)
        kind = rng.choices(["VIDEO", "PRODUCT", "TEXT", "IMAGE", "OTHER", "APP"], [45, 20, 15, 10, 9, 1])[0]
        row["content_type"] = json_list(["CONTENT_TYPE_" + kind])
        if kind == "OTHER":
            row["content_type_other"] = rng.choice(["Livestream", "Advertisement", "Profile"])
        if kind == "PRODUCT" and not self.v1 and rng.random() < 0.1:
            row["content_id_ean"] = ean13(rng)
        if rng.random() < 0.3:
            row["content_language"] = rng.choice("DE EN FR ES IT PL NL RO".split())
        row["content_date"] = self.day(int(rng.expovariate(1 / 30)))
        row["application_date"] = self.day(int(rng.expovariate(1.5)))
        row["territorial_scope"] = json_list(rng.choices([EEA, EU, [rng.choice(EEA)]], [70, 20, 10])[0])
        row["decision_facts"] = self.text(TEMPLATES)
        row["source_type"] = rng.choices(["SOURCE_VOLUNTARY", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_ARTICLE_16",
                                          "SOURCE_TRUSTED_FLAGGER"], [90, 6, 3.9, 0.1])[0]
        if row["source_type"] == "SOURCE_TRUSTED_FLAGGER":
            row["source_identity"] = "Example Hotline e.V."
        row["automated_detection"] = rng.choices(["Yes", "No"], [80, 20])[0]
        row["automated_decision"] = "AUTOMATED_DECISION_" + rng.choices(
            ["FULLY", "PARTIALLY", "NOT_AUTOMATED"], [55, 15, 30])[0]
        row["platform_name"] = self.platform
        row["platform_uid"] = uuid(rng)
        second = rng.randrange(86_400)
        row["created_at"] = f"{self.first_day} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        return [row[c] for c in self.columns]

    def write(self, out, rows):
        out.write(",".join(self.columns) + "\n")
        for _ in range(rows):
            out.write(fputcsv(self.row()))


def write_zip(dump, path, rows):
    """The csv of one inner zip at a time is held in memory."""
    name = f"sor-global-{dump.first_day}-full"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as outer:
        part = 0
        while rows > 0:
            inner_bytes = io.BytesIO()
            inner_rows = min(rows, 1_000_000)
            rows -= inner_rows
            with zipfile.ZipFile(inner_bytes, "w", zipfile.ZIP_DEFLATED) as inner:
                piece = 0
                while inner_rows > 0:
                    text = io.StringIO()
                    dump.write(text, min(inner_rows, 100_000))
                    inner_rows -= min(inner_rows, 100_000)
                    add(inner, f"{name}-{part:05}-{piece:05}.csv", text.getvalue().encode())
                    piece += 1
            add(outer, f"{name}-{part:05}.csv.zip", inner_bytes.getvalue())
            part += 1


def add(archive, name, data):
    info = zipfile.ZipInfo(name, (2025, 11, 21, 0, 0, 0))  # not the clock's
    info.compress_type = archive.compression
    archive.writestr(info, data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--schema", choices=["v1", "v2"], default="v2")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--platform", default="Example Platform")
    parser.add_argument("--zip")
    args = parser.parse_args()
    dump = Dump(args)
    if args.zip:
        write_zip(dump, args.zip, args.rows)
    else:
        out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        dump.write(out, args.rows)
        out.flush()


if __name__ == "__main__":
    main()
