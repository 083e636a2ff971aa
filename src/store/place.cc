#include "store/place.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "store/trouble.h"

namespace drover::store {

namespace {

// A longer text is no place but a mistake (a whole file in a variable).
constexpr std::size_t kMaxPlace = 4096;

// What may follow '?'. Others could change what drover relies on (client_encoding, options).
constexpr std::array<std::string_view, 8> kPlaceOptions = {
    "sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "krbsrvname", "gssencmode", "application_name"};

std::unexpected<Error> wrong(std::string message) { return fail(store_error(kBadPlace, std::move(message))); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Without percent escapes; nothing: an escape is broken, or a NUL byte is meant.
std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain.push_back(text[at]);
      continue;
    }
    const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    plain.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  return plain;
}

/// Cuts `text` at the first `mark`: returns what follows it, and leaves what is before.
std::optional<std::string_view> cut_at(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

Result<void> take_port(std::string_view text, Place& place) {
  std::uint16_t port = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (trouble != std::errc{} || end != text.data() + text.size() || port == 0) {
    return wrong("the store's port must be a number from 1 to 65535");
  }
  place.port = port;
  return {};
}

Result<void> take_host(std::string_view text, Place& place) {
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    text.remove_prefix(1);
    const auto behind = cut_at(text, ']');
    if (!behind || (!behind->empty() && behind->front() != ':')) return wrong("the store's IPv6 address must end with ']'");
    if (!behind->empty()) port = behind->substr(1);
  } else {
    port = cut_at(text, ':');
  }
  if (text.find(',') != std::string_view::npos) return wrong("the store has one host; several are not supported");
  auto host = unescaped(text);
  if (!host) return wrong("a percent escape in the store's host is wrong");
  place.host = std::move(*host);
  return port ? take_port(*port, place) : Result<void>{};
}

Result<void> take_user(std::string_view text, Place& place) {
  const auto password = cut_at(text, ':');
  auto user = unescaped(text);
  if (!user) return wrong("a percent escape in the store's user is wrong");
  place.user = std::move(*user);
  if (!password) return {};
  auto plain = unescaped(*password);
  if (!plain) return wrong("a percent escape in the store's password is wrong");
  place.password = Secret(std::move(*plain));
  return {};
}

Result<void> take_option(std::string_view option, Place& place) {
  const auto value = cut_at(option, '=');
  const auto plain = unescaped(value.value_or(""));
  if (!value || !plain) return wrong("an option of the store's URL must be name=value");
  if (option == "host") {
    place.host = *plain;
  } else if (option == "port") {
    return take_port(*plain, place);
  } else if (option == "user") {
    place.user = *plain;
  } else if (option == "password") {
    place.password = Secret(*plain);
  } else if (std::find(kPlaceOptions.begin(), kPlaceOptions.end(), option) != kPlaceOptions.end()) {
    place.options.emplace_back(std::string(option), *plain);
  } else {
    return wrong("the store's URL has an option that drover does not know; it knows host, port, user, password, sslmode, "
                 "sslrootcert, sslcert, sslkey, channel_binding, krbsrvname, gssencmode and application_name");
  }
  return {};
}

Result<Place> postgres_place(std::string_view rest) {
  Place place{.kind = Place::Kind::Postgres};
  if (rest.find('#') != std::string_view::npos) return wrong("a '#' in the store's URL must be written %23");
  std::optional<std::string_view> options = cut_at(rest, '?');
  const std::optional<std::string_view> database = cut_at(rest, '/');
  // A password may hold '@' unescaped: the last one is before the host.
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    if (auto taken = take_user(rest.substr(0, at), place); !taken) return fail(taken.error());
    rest.remove_prefix(at + 1);
  }
  if (auto taken = take_host(rest, place); !taken) return fail(taken.error());
  auto name = unescaped(database.value_or(""));
  if (!name || name->empty()) return wrong("the store's URL must name a database: postgres://user@host/DATABASE");
  place.database = std::move(*name);
  while (options && !options->empty()) {
    std::string_view option = *options;
    options = cut_at(option, '&');
    if (auto taken = take_option(option, place); !taken) return fail(taken.error());
  }
  return place;
}

/// "mysql" of "mysql://…"; empty: the text is no URL.
std::string_view scheme_of(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) return {};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+'; };
  const std::string_view scheme = text.substr(0, end);
  return std::all_of(scheme.begin(), scheme.end(), letter) ? scheme : std::string_view{};
}

}  // namespace

Result<Place> parse_place(std::string_view text) {
  if (text.empty()) return wrong("the store has no name: write sqlite:PATH or postgres://user@host/database");
  if (text.size() > kMaxPlace) return wrong("the store's name is longer than 4096 bytes");
  if (text.find('\0') != std::string_view::npos) return wrong("the store's name holds a NUL byte");
  for (const std::string_view scheme : {"postgres://", "postgresql://"}) {
    if (text.starts_with(scheme)) return postgres_place(text.substr(scheme.size()));
  }
  std::string_view path = text;
  if (path.starts_with("sqlite:")) {
    path.remove_prefix(7);
    if (path.starts_with("//")) path.remove_prefix(2);
  } else if (!scheme_of(text).empty()) {
    return wrong("there is no store of this kind: write sqlite:PATH or postgres://user@host/database");
  }
  if (path.empty()) return wrong("the store's SQLite file has no path: write sqlite:PATH");
  // SQLite would take these for a database in memory or a URI.
  if (path.starts_with(':') || path.starts_with("file:")) return wrong("the store's SQLite file must be a plain path");
  return Place{.kind = Place::Kind::Sqlite, .path = std::string(path)};
}

std::string shown(const Place& place) {
  if (place.kind == Place::Kind::Sqlite) return "sqlite:" + place.path;
  const std::string user = place.user.empty() ? "" : place.user + "@";
  const std::string host = place.host.find(':') != std::string::npos ? "[" + place.host + "]" : place.host;
  return "postgres://" + user + host + ":" + std::to_string(place.port) + "/" + place.database;
}

}  // namespace drover::store
