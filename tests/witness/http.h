#ifndef MODLOG_TESTS_WITNESS_HTTP_H_
#define MODLOG_TESTS_WITNESS_HTTP_H_

// HTTP over a bare socket, so that a test can send what no client would.

#include <map>
#include <string>

namespace modlog {

struct HttpAnswer {
  int status = 0;  // 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// A connection to HOST:PORT on loopback. Reads wait kTestPatience at most.
class Connection {
 public:
  explicit Connection(const std::string& address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // False once the peer is gone.
  bool Send(const std::string& bytes);
  // Reads one answer with a Content-Length; the connection stays open.
  HttpAnswer Read();
  // True if the peer ended the connection within kTestPatience.
  bool WaitForEnd();

  HttpAnswer Post(const std::string& path, const std::string& body);
  HttpAnswer Get(const std::string& path);

 private:
  int fd_;
  std::string rest_;
};

HttpAnswer Post(const std::string& address, const std::string& path,
                const std::string& body);
HttpAnswer Get(const std::string& address, const std::string& path);

}  // namespace modlog

#endif  // MODLOG_TESTS_WITNESS_HTTP_H_
