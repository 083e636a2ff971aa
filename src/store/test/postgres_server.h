// A PostgreSQL server of the tests' own: made in a folder below /tmp, reached by a Unix socket in it and by a free port
// of 127.0.0.1, and ended with this object. Runs as the user "postgres" or "nobody" where the tests are root's, because
// the server refuses to be root's.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/database/database.h"
#include "store/place.h"

namespace drover::store {

class PostgresServer {
 public:
  /// The one of this program, started with the first call; null: PostgreSQL is not installed (the word is in
  /// why_not()).
  static PostgresServer* shared();
  [[nodiscard]] static const std::string& why_not();

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// A new empty database, in UTF-8 unless told otherwise.
  [[nodiscard]] std::string new_database(std::string_view encoding = "UTF8");
  /// By the Unix socket, as the superuser "drover" without a password.
  [[nodiscard]] Place place(const std::string& database) const;
  /// By TCP, where the user "guest" needs the password "right@pass/word".
  [[nodiscard]] Place guest_place(const std::string& database, const std::string& password) const;
  [[nodiscard]] int port() const { return port_; }

  /// Stops the server at once, and starts it again with the same databases.
  void restart();
  void stop();
  void start();

 private:
  PostgresServer(std::string binaries, std::string folder)
      : binaries_(std::move(binaries)), folder_(std::move(folder)) {}
  [[nodiscard]] static std::unique_ptr<PostgresServer> make();
  [[nodiscard]] bool set_up();
  [[nodiscard]] int run(const std::string& command) const;

  std::string binaries_;
  std::string folder_;
  int port_ = 0;
  int databases_ = 0;
};

namespace postgres_server_detail {

inline std::string& reason() {
  static std::string why;
  return why;
}

/// The folder with initdb and pg_ctl: the newest below Debian's place, or where PATH finds them.
inline std::string find_binaries() {
  std::vector<std::filesystem::path> found;
  std::error_code ignored;
  for (const auto& each : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (std::filesystem::exists(each.path() / "bin/initdb")) found.push_back(each.path() / "bin");
  }
  std::sort(found.begin(), found.end());
  if (!found.empty()) return found.back().string();
  const char* const path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const std::string folder(rest.substr(0, rest.find(':')));
    if (std::filesystem::exists(std::filesystem::path(folder) / "initdb")) return folder;
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
  }
  return {};
}

inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

}  // namespace postgres_server_detail

inline PostgresServer* PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> server = make();
  return server.get();
}

inline const std::string& PostgresServer::why_not() {
  return postgres_server_detail::reason();
}

inline std::unique_ptr<PostgresServer> PostgresServer::make() {
  const std::string binaries = postgres_server_detail::find_binaries();
  if (binaries.empty()) {
    postgres_server_detail::reason() = "PostgreSQL is not installed (scripts/setup --tests installs it)";
    return nullptr;
  }
  std::string pattern = (std::filesystem::temp_directory_path() / "drover-pg-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  std::unique_ptr<PostgresServer> server(new PostgresServer(binaries, folder));
  if (server->set_up()) return server;
  postgres_server_detail::reason() = "PostgreSQL is installed in " + binaries + " but does not start";
  return nullptr;
}

/// As a user who is not root, with nothing printed.
inline int PostgresServer::run(const std::string& command) const {
  std::string whole = "cd " + folder_ + " && " + command + " >> " + folder_ + "/output 2>&1";
  if (::geteuid() == 0) {
    whole = "setpriv --reuid=nobody --regid=nogroup --clear-groups -- /bin/sh -c '" + whole + "'";
  }
  const int status = std::system(whole.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline bool PostgresServer::set_up() {
  if (::geteuid() == 0) {
    static_cast<void>(std::system(("chown nobody:nogroup " + folder_).c_str()));
  }
  const std::string initdb =
      binaries_ + "/initdb -D " + folder_ +
      "/data -U drover --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C --no-sync";
  if (run(initdb) != 0) return false;
  start();
  if (run(binaries_ + "/pg_ctl -D " + folder_ + "/data status") != 0) return false;
  auto database = make_database(place("postgres"));
  database->allow(std::chrono::seconds(20));
  return database->connect() && database->script("CREATE ROLE guest LOGIN PASSWORD 'right@pass/word'");
}

inline void PostgresServer::start() {
  if (port_ == 0) port_ = postgres_server_detail::free_port();
  // fsync off: a power cut is not what these tests are about.
  static_cast<void>(run(binaries_ + "/pg_ctl -w -t 30 -D " + folder_ + "/data -l " + folder_ +
                        "/log -o \"-c listen_addresses=127.0.0.1 -c port=" + std::to_string(port_) +
                        " -c unix_socket_directories=" + folder_ + " -c fsync=off -c full_page_writes=off\" start"));
}

inline void PostgresServer::stop() {
  static_cast<void>(run(binaries_ + "/pg_ctl -w -t 30 -m immediate -D " + folder_ + "/data stop"));
}

inline void PostgresServer::restart() {
  stop();
  start();
}

inline PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

inline std::string PostgresServer::new_database(std::string_view encoding) {
  const std::string name = "test_" + std::to_string(++databases_);
  auto database = make_database(place("postgres"));
  database->allow(std::chrono::seconds(20));
  if (!database->connect()) return {};
  static_cast<void>(
      database->script("CREATE DATABASE " + name + " ENCODING '" + std::string(encoding) + "' TEMPLATE template0"));
  static_cast<void>(database->script("GRANT ALL ON DATABASE " + name + " TO guest"));
  return name;
}

inline Place PostgresServer::place(const std::string& database) const {
  Place place{.kind = Place::Kind::Postgres, .host = folder_, .user = "drover", .database = database};
  place.port = static_cast<std::uint16_t>(port_);
  return place;
}

inline Place PostgresServer::guest_place(const std::string& database, const std::string& password) const {
  Place place{.kind = Place::Kind::Postgres, .host = "127.0.0.1", .user = "guest", .database = database};
  place.port = static_cast<std::uint16_t>(port_);
  place.password = Secret(password);
  return place;
}

}  // namespace drover::store
