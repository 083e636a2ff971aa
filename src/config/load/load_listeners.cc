// Where drover listens, with which certificates, and whether it may without clients; and where the access log goes.
#include <arpa/inet.h>

#include <algorithm>

#include "config/load/draft.h"
#include "config/yaml/scalar.h"

namespace drover::config {
namespace {

constexpr std::string_view kExpected = "an address such as 127.0.0.1:8080 or [::1]:8080";
constexpr std::size_t kPemBytes = std::size_t{1} << 20;
constexpr std::uint64_t kNoPort = UINT64_MAX;
/// The port that a message suggests when a port is the admin listener's.
constexpr std::uint16_t kAdminInstead = defaults::kAdminPort + 1;

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

std::string address_hint(const std::string& text) {
  if (parse_whole(text)) return "write 127.0.0.1:" + text;
  if (text.starts_with(':') && parse_whole(text.substr(1))) return "write 127.0.0.1" + text + ", or 0.0.0.0" + text;
  if (text.starts_with("*:")) return "write 0.0.0.0" + text.substr(1);
  if (is_ipv4(text) || text == "localhost") return "add a port: " + text + ":8080";
  if (is_ipv6(text)) return "write [" + text + "]:8080";
  return {};
}

struct Wrong {
  std::string message;
  std::string suggestion;
  bool form = false;  ///< the text is no address
};

std::expected<ListenAddress, Wrong> read_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string host = text.substr(0, colon);
  // Without a colon the whole text is the host, which is then refused.
  const std::uint64_t port = parse_whole(std::string_view(text).substr(colon + 1)).value_or(kNoPort);
  const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  const std::string bare = bracketed ? host.substr(1, host.size() - 2) : host;
  const bool known = bracketed ? is_ipv6(bare) : is_ipv4(bare) || bare == "localhost";
  if (port == kNoPort || !known) {
    return std::unexpected(
        Wrong{"expected " + std::string(kExpected) + ", not " + shown(text), address_hint(text), true});
  }
  if (port > 65535) return std::unexpected(Wrong{"the port " + std::to_string(port) + " is above 65535", {}, false});
  return ListenAddress{.host = bare, .port = static_cast<std::uint16_t>(port), .tls = std::nullopt};
}

std::optional<ListenAddress> parse_address(const Value& value) {
  const auto text = value.text(kExpected);
  if (!text) return std::nullopt;
  auto address = read_address(*text);
  if (address) return std::move(*address);
  if (address.error().form) {
    value.unexpected(kExpected, std::move(address.error().suggestion));
  } else {
    value.wrong(std::move(address.error().message));
  }
  return std::nullopt;
}

std::optional<TlsFiles> load_tls(const Value& value, const Draft& draft) {
  const auto map = value.section(schema::kTls);
  if (!map) return std::nullopt;
  TlsFiles files;
  const auto read = [&](std::string_view key, std::string& out, bool required) {
    if (required && !map->has(key)) {
      value.wrong(std::string(key) + " is missing", "write " + std::string(schema::kTls.example));
    }
    const auto path = map->find(key);
    if (path) out = pem_file(*path, draft.environment).value_or("");
  };
  read("cert", files.cert, true);
  read("key", files.key, true);
  read("client_ca", files.client_ca, false);
  return files;
}

std::optional<ListenAddress> load_listener(const Value& value, const Draft& draft) {
  if (value.is_scalar()) return parse_address(value);
  if (value.node().kind != Node::Kind::Map) {
    value.unexpected(std::string(kExpected) + ", or " + std::string(schema::kListener.example));
    return std::nullopt;
  }
  const auto map = value.section(schema::kListener);
  const auto address = map->find("address");
  if (!map->has("address")) value.wrong("address is missing", "write " + std::string(schema::kListener.example));
  auto listener = address ? parse_address(*address) : std::nullopt;
  const auto tls = map->find("tls");
  auto files = tls ? load_tls(*tls, draft) : std::nullopt;
  if (listener) listener->tls = std::move(files);
  return listener;
}

bool same_socket(const ListenAddress& a, const ListenAddress& b) {
  return a.host == b.host && a.port == b.port && a.port != 0;
}

bool is_ipv6_host(const ListenAddress& address) {
  return address.host.find(':') != std::string::npos;
}

/// Whether two addresses cannot both be listened on: they are equal, or one of them is every interface.
bool clash(const ListenAddress& a, const ListenAddress& b) {
  if (a.port != b.port || a.port == 0) return false;
  if (a.host == b.host || a.host == "::" || b.host == "::") return true;
  if (a.host == "localhost" || b.host == "localhost") return a.loopback() && b.loopback();
  return is_ipv6_host(a) == is_ipv6_host(b) && (a.host == "0.0.0.0" || b.host == "0.0.0.0");
}

/// The mistake of a listener without clients: every program that reaches it could use the keys.
Wrong exposed(const ListenAddress& listener) {
  return {listener.to_string() +
              " can be reached from other machines, and without 'clients' everybody who reaches it could spend your "
              "keys",
          "list the clients and their keys under 'clients', the store of their keys as 'store', or listen "
          "on 127.0.0.1"};
}

void check_exposed(const Value& value, const ListenAddress& listener, bool clients) {
  if (clients || listener.loopback()) return;
  const Wrong wrong = exposed(listener);
  value.wrong(wrong.message, wrong.suggestion);
}

void load_listen(const Section& top, Draft& draft) {
  const auto listen = top.find("listen");
  std::vector<ListenAddress>& listeners = draft.settings.listen;
  if (!listen) {
    listeners.push_back({.host = std::string(defaults::kListenHost), .port = defaults::kListenPort, .tls = {}});
    return;
  }
  std::vector<Value> items{*listen};
  if (listen->node().kind == Node::Kind::List) items = listen->list("[ 127.0.0.1:8080 ]");
  for (const Value& each : items) {
    auto listener = load_listener(each, draft);
    if (!listener) continue;
    if (std::ranges::any_of(listeners, [&](const ListenAddress& other) { return same_socket(other, *listener); })) {
      each.wrong(listener->to_string() + " is in the list already", "remove one");
    }
    check_exposed(each, *listener, top.has("clients") || !draft.settings.accounts.store.empty());
    listeners.push_back(*std::move(listener));
  }
}

void load_admin(const Section& top, Draft& draft) {
  const auto admin = top.find("admin");
  if (!admin) {
    draft.settings.admin = {.host = std::string(defaults::kListenHost), .port = defaults::kAdminPort, .tls = {}};
    const auto taken = std::ranges::find_if(
        draft.settings.listen, [&](const ListenAddress& other) { return clash(other, *draft.settings.admin); });
    const auto listen = top.find("listen");
    if (listen && taken != draft.settings.listen.end()) {
      listen->wrong(
          taken->to_string() + " is also where 'admin' listens when the file does not say where",
          "choose another port, or write admin: 127.0.0.1:" + std::to_string(kAdminInstead) + " or admin: off");
    }
    return;
  }
  if (admin->is_word("off")) return;
  auto address = load_listener(*admin, draft);
  if (!address) return;
  const auto& listeners = draft.settings.listen;
  if (std::ranges::any_of(listeners, [&](const ListenAddress& other) { return clash(other, *address); })) {
    admin->wrong(address->to_string() + " is under 'listen' already", "give admin a port of its own");
  }
  const bool asks = address->tls && !address->tls->client_ca.empty();
  if (!address->loopback() && !asks) {
    draft.report.warn(admin->place(), "admin: " + address->to_string() +
                                          " can be reached from other machines and asks for no key; it shows status "
                                          "and metrics, never keys or prompts");
  }
  draft.settings.admin = std::move(address);
}

void load_access_log(const Section& top, Draft& draft) {
  const auto value = top.find("access_log");
  if (!value) return;
  constexpr std::string_view kWanted = "off, stdout or a file such as /var/log/drover/access.log";
  const auto place = value->text(kWanted);
  if (!place) return;
  for (const std::string_view word : {"on", "true", "yes", "false", "no"}) {
    if (*place == word) return value->unexpected(kWanted);
  }
  draft.settings.access_log = *place;
  draft.settings.access_log_given = true;
}

}  // namespace

bool ListenAddress::loopback() const {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

std::string ListenAddress::to_string() const {
  return (is_ipv6_host(*this) ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<std::string> pem_file(const Value& value, const Environment& environment) {
  const auto path = value.text("a path such as /etc/drover/server.pem");
  if (!path) return std::nullopt;
  const auto content = environment.read_file(*path, kPemBytes);
  if (!content) {
    value.wrong("file " + shown(*path) + " " + content.error());
    return std::nullopt;
  }
  if (content->text.find("-----BEGIN ") == std::string::npos) {
    value.wrong("file " + shown(*path) + " holds no PEM block", "it must contain a line -----BEGIN ...-----");
    return std::nullopt;
  }
  const bool is_private = content->text.find(" PRIVATE KEY-----") != std::string::npos;
  if (is_private && (content->mode & 0004U) != 0) {
    value.report().warn(value.place(), value.path() + ": file " + shown(*path) +
                                           " holds a private key and can be read by everybody; chmod 600 it");
  }
  return path;
}

std::optional<Problem> listen_instead(Settings& settings, const ListenOverride& asked) {
  const auto problem = [](std::string_view option, const Wrong& wrong) {
    return Problem{
        .file = "command line", .key = std::string(option), .message = wrong.message, .suggestion = wrong.suggestion};
  };
  const std::string_view option = asked.address.empty() ? "--port" : "--listen";
  ListenAddress address = settings.listen.front();
  if (!asked.address.empty()) {
    auto read = read_address(asked.address);
    if (!read) return problem(option, read.error());
    read->tls = address.tls;
    address = std::move(*read);
  } else if (settings.listen.size() > 1) {
    return problem(option, {"the configuration listens on " + std::to_string(settings.listen.size()) + " addresses",
                            "say which one is meant with --listen ADDRESS"});
  }
  if (asked.port) address.port = *asked.port;
  if (settings.clients.empty() && settings.accounts.store.empty() && !address.loopback())
    return problem(option, exposed(address));
  if (settings.admin && clash(address, *settings.admin)) {
    return problem(option, {address.to_string() + " is where 'admin' listens", "choose another port"});
  }
  settings.listen.assign(1, std::move(address));
  return std::nullopt;
}

void load_listeners(const Section& top, Draft& draft) {
  load_listen(top, draft);
  load_admin(top, draft);
  load_access_log(top, draft);
}

}  // namespace drover::config
