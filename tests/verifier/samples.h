#ifndef MODLOG_TESTS_VERIFIER_SAMPLES_H_
#define MODLOG_TESTS_VERIFIER_SAMPLES_H_

// One small log, made by independent code: five entries, its checkpoint with
// one cosignature, a proof file. Log seed: bytes 00..1f; witness seed: bytes
// 20..3f.

#include <string>
#include <string_view>

namespace modlog {

inline constexpr std::string_view kSampleOrigin = "modlog.example/actions";
inline constexpr std::string_view kSampleLogKey =
    "modlog.example/actions+8c641279+"
    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
inline constexpr std::string_view kSampleLogSigner =
    "PRIVATE+KEY+modlog.example/actions+8c641279+"
    "AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
inline constexpr std::string_view kSampleWitnessKey =
    "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
inline constexpr uint64_t kSampleTime = 1767225600;

inline std::string SampleEntry(int n) {
  return "{\"action\":\"ban\",\"n\":" + std::to_string(n) + "}";
}

// Roots of sizes 0..5.
inline constexpr std::string_view kSampleRoots[] = {
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "iSzsXqyU247B0VkcthGfyrQ3Aol1P6Zg3Ie6rV/x9AU=",
    "q69B4gQAXIDTuk9nbVQWNJapgX6bnuPIAzTUrajC+gc=",
    "LHdlgijJcLXZm//wxOpRSQzSHtBdDWPljkh92/1UH7c=",
    "NAp5yMcJy0nLIVsZqePR869SAhSUU/qgJioAUfNwGlQ=",
    "0+IqVSCqGqcDGiTpnTPwNtw4U4cCQJBLoGb1Pdv/sqc=",
};

inline constexpr std::string_view kSampleText =
    "modlog.example/actions\n"
    "5\n"
    "0+IqVSCqGqcDGiTpnTPwNtw4U4cCQJBLoGb1Pdv/sqc=\n";
inline constexpr std::string_view kSampleLogLine =
    "— modlog.example/actions "
    "jGQSeU4PyyKvx68HSSX4dfFh8U0/Y183YoIu9dZnmvadSpSkPNdlLSH/"
    "g+Qs8yWRtdk4uembq5OzhXfHvJdCs1AHUAs=\n";
inline constexpr std::string_view kSampleWitnessLine =
    "— witness.example/w1 "
    "IDJKvgAAAABpVbkA2XcxQeUt8tW3OFMG/1okE74kN3bLGW8A6y+JqqLsG8BzSb6nVlbaTD1lo"
    "f13bEg84nONq0vD65mjjMRR3leCAw==\n";
inline std::string SampleNote() {
  return std::string(kSampleText) + "\n" + std::string(kSampleLogLine) +
         std::string(kSampleWitnessLine);
}

// Inclusion of leaf 3 in size 5, and consistency of 3 with 5.
inline constexpr std::string_view kSamplePath[] = {
    "TEAQKVbDr3jOG+4J2NZncSsxqX8H1wJJq84nO3FPzb4=",
    "q69B4gQAXIDTuk9nbVQWNJapgX6bnuPIAzTUrajC+gc=",
    "hd3MC8XCyzCUn6XI28s/31i3GArZjMKm1RRBtP/POsw=",
};
inline constexpr std::string_view kSampleConsistency[] = {
    "TEAQKVbDr3jOG+4J2NZncSsxqX8H1wJJq84nO3FPzb4=",
    "vcb7Ywcb9N8sC+2PsJHspQiYINSi/Fjy+4Qrqh9tIQc=",
    "q69B4gQAXIDTuk9nbVQWNJapgX6bnuPIAzTUrajC+gc=",
    "hd3MC8XCyzCUn6XI28s/31i3GArZjMKm1RRBtP/POsw=",
};

inline std::string SampleProof() {
  std::string proof = "c2sp.org/tlog-proof@v1\nextra Y2FzZT00Mg==\nindex 3\n";
  for (const std::string_view hash : kSamplePath) {
    proof += std::string(hash) + "\n";
  }
  return proof + "\n" + SampleNote();
}

inline std::string SamplePolicy() {
  return "# moderation log trust policy\nlog " + std::string(kSampleLogKey) +
         " https://modlog.example/actions/\nwitness w1 " +
         std::string(kSampleWitnessKey) +
         " https://witness.example/\ngroup witnesses any w1\nquorum "
         "witnesses\n";
}

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_SAMPLES_H_
