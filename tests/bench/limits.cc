// modlog-limits: prints the floors of this machine as one JSON object.

#include "tests/bench/limits.h"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "absl/strings/str_format.h"

int main(int argc, char** argv) {
  std::string directory = ".";
  double seconds = 3;
  CLI::App app(
      "Measures what the log's figures are held against: hashes, "
      "synced writes, and calls to a server that does nothing.",
      "modlog-limits");
  app.add_option("--dir", directory, "directory on the disk of the log")
      ->capture_default_str();
  app.add_option("--seconds", seconds, "for each figure")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    modlog::EchoServer echo;  // forks, so it comes first
    std::chrono::duration<double> time(seconds);
    modlog::Figures all = modlog::MeasureHashes(time);
    all.update(modlog::MeasureDisk(directory, time));
    all.update(modlog::MeasureCalls(echo.address(), time));
    for (auto& [name, figure] : all.items()) {
      figure = std::stod(absl::StrFormat("%.4g", figure.get<double>()));
    }
    std::cout << all.dump() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "modlog-limits: " << error.what() << "\n";
    return 2;
  }
  return 0;
}
