#include "api/client/token.h"

#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/target.h"

namespace modlog {
namespace {

using grpc::experimental::ClientInterceptorFactoryInterface;
using grpc::experimental::ClientRpcInfo;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;

// gRPC attaches call credentials to encrypted channels only.
class ShowToken final : public Interceptor {
 public:
  explicit ShowToken(const std::string& bearer) : bearer_(bearer) {}
  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", bearer_);
    }
    methods->Proceed();
  }

 private:
  const std::string& bearer_;  // the factory's, which the channel keeps
};

class ShowTokenFactory final : public ClientInterceptorFactoryInterface {
 public:
  explicit ShowTokenFactory(const std::string& token)
      : bearer_(absl::StrCat("Bearer ", token)) {}
  Interceptor* CreateClientInterceptor(ClientRpcInfo*) override {
    return new ShowToken(bearer_);
  }

 private:
  const std::string bearer_;
};

Result<std::string> ReadOpened(int fd, const std::string& path) {
  struct stat facts;
  if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Fail(Code::kUnavailable, absl::StrCat(path, " is not a file"));
  }
  if ((facts.st_mode & 077) != 0) {
    return Fail(Code::kForbidden,
                absl::StrFormat("%s is open to others: mode %04o, want 0600; "
                                "if nobody has read it, chmod 600 mends that",
                                path, facts.st_mode & 07777U));
  }
  std::string text(kTokenFileSizeMax + 1, '\0');
  const ssize_t got = read(fd, text.data(), text.size());
  text.resize(got < 0 ? 0 : static_cast<size_t>(got));
  if (text.size() > kTokenFileSizeMax) {
    return Fail(Code::kTooLarge, absl::StrCat(path, " has more than ",
                                              kTokenFileSizeMax, " bytes"));
  }
  return text;
}

}  // namespace

Result<std::string> ReadTokenFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    return Fail(Code::kUnavailable,
                absl::StrCat("cannot open ", path, ": ", std::strerror(errno)));
  }
  auto text = ReadOpened(fd, path);
  close(fd);
  if (!text) return text;
  std::string token(absl::StripAsciiWhitespace(*text));
  bool shaped = !token.empty();
  for (const char c : token) {
    shaped = shaped && absl::ascii_isgraph(static_cast<unsigned char>(c));
  }
  if (!shaped) {
    return Fail(Code::kMalformed,
                absl::StrCat(path, " does not hold one token"));
  }
  return token;
}

std::shared_ptr<grpc::Channel> NewTokenChannel(
    const std::string& address, const grpc::ChannelArguments& arguments,
    const std::string& token) {
  std::vector<std::unique_ptr<ClientInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<ShowTokenFactory>(token));
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      ChannelTarget(address), grpc::InsecureChannelCredentials(), arguments,
      std::move(factories));
}

}  // namespace modlog
