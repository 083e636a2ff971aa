#include "store/database/postgres_database.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <charconv>
#include <limits>
#include <optional>

#include "store/clean_text.h"
#include "store/database/postgres_trouble.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr std::chrono::milliseconds kPollSlice{50};

// A statement or a lock that outlives its caller ends by itself; a transaction that nobody goes on with gives its locks back.
constexpr std::string_view kSession =
    "SET search_path = drover; SET client_min_messages = warning; SET statement_timeout = '60s'; SET lock_timeout = '4s'; "
    "SET idle_in_transaction_session_timeout = '30s'; LISTEN drover_changes";

class PostgresRow final : public AnswerRow {
 public:
  PostgresRow(const pg_result* result, int row) : result_(result), row_(row) {}
  [[nodiscard]] std::int64_t number(int column) const override {
    const std::string_view digits = text(column);
    std::int64_t number = 0;
    const auto [end, trouble] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (trouble == std::errc::result_out_of_range) return std::numeric_limits<std::int64_t>::max();
    return number;
  }
  [[nodiscard]] std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  const pg_result* result_;
  int row_;
};

/// The values as text; `kept` holds what they point to.
Parameters as_text(std::span<const Value> values, std::vector<std::string>& kept) {
  Parameters parameters;
  kept.reserve(values.size());
  for (const Value& value : values) {
    if (std::holds_alternative<std::monostate>(value)) {
      parameters.values.push_back(nullptr);
      continue;
    }
    const auto* text = std::get_if<std::string_view>(&value);
    kept.push_back(text != nullptr ? cleaned(*text) : std::to_string(std::get<std::int64_t>(value)));
    parameters.values.push_back(kept.back().c_str());
  }
  return parameters;
}

bool is_error(const pg_result* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE &&
         status != PGRES_EMPTY_QUERY;
}

void no_notice(void*, const pg_result*) {}

}  // namespace

void CloseConnection::operator()(pg_conn* connection) const { PQfinish(connection); }
void ClearResult::operator()(pg_result* result) const { PQclear(result); }

std::unexpected<Error> PostgresDatabase::lost(std::string_view why) {
  close();
  return fail(store_error(kAway, "the store " + shown(place_) + ": " + std::string(why)));
}

void PostgresDatabase::close() {
  // Nothing more is sent: a farewell to a server that does not read would only wait.
  if (connection_ != nullptr && PQsocket(connection_.get()) >= 0) ::shutdown(PQsocket(connection_.get()), SHUT_RDWR);
  connection_.reset();
  days_.clear();
}

Result<void> PostgresDatabase::wait_for(short events) {
  for (;;) {
    const auto left = time_left();
    if (left.count() == 0) return lost("it did not answer in time");
    pollfd waited{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    if (waited.fd < 0) return lost("the connection is gone");
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min(left, kPollSlice).count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost("its socket cannot be waited for");
    wait_idle();
  }
}

Result<void> PostgresDatabase::connect() {
  if (connection_ != nullptr) return {};
  std::vector<const char*> names;
  std::vector<const char*> values;
  const auto put = [&](const char* name, const char* value) {
    if (*value == '\0') return;
    names.push_back(name);
    values.push_back(value);
  };
  const std::string port = std::to_string(place_.port);
  put("application_name", "drover");
  put("host", place_.host.c_str());
  put("port", port.c_str());
  put("user", place_.user.c_str());
  put("password", place_.password.reveal().data());
  put("dbname", place_.database.c_str());
  put("client_encoding", "UTF8");
  put("tcp_user_timeout", "10000");
  for (const auto& [name, value] : place_.options) put(name.c_str(), value.c_str());
  names.push_back(nullptr);
  values.push_back(nullptr);
  // Not expanded: a database named "host=elsewhere" is a name and nothing else.
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (connection_ == nullptr) return lost("no memory for a connection");
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);  // so that a refusal tells its code
  PQsetNoticeReceiver(connection_.get(), no_notice, nullptr);
  if (auto finished = finish_connecting(); !finished) return finished;
  PQsetnonblocking(connection_.get(), 1);
  auto ready = script(kSession);
  if (!ready) close();
  return ready;
}

Result<void> PostgresDatabase::finish_connecting() {
  for (auto state = PGRES_POLLING_WRITING;; state = PQconnectPoll(connection_.get())) {
    if (state == PGRES_POLLING_OK) return {};
    if (state == PGRES_POLLING_FAILED || PQstatus(connection_.get()) == CONNECTION_BAD) {
      Error error = connect_trouble(connection_.get(), shown(place_));
      close();
      return fail(std::move(error));
    }
    auto waited = wait_for(state == PGRES_POLLING_READING ? POLLIN : POLLOUT);
    if (!waited) return waited;
  }
}

Result<void> PostgresDatabase::send(const std::string& sql, const Parameters& parameters) {
  if (connection_ == nullptr) return fail(store_error(kAway, "the store " + shown(place_) + " is not connected"));
  const auto or_null = [](const auto& list) { return list.empty() ? nullptr : list.data(); };
  const int sent = parameters.values.empty()
                       ? PQsendQuery(connection_.get(), sql.c_str())
                       : PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(parameters.values.size()),
                                           or_null(parameters.types), parameters.values.data(), or_null(parameters.lengths),
                                           or_null(parameters.formats), 0);
  if (sent == 0) return lost(first_line(PQerrorMessage(connection_.get())));
  for (;;) {
    const int flushed = PQflush(connection_.get());
    if (flushed == 0) return {};
    if (flushed < 0) return lost(first_line(PQerrorMessage(connection_.get())));
    // The server may be stuck in writing to us: what it says is read while we write.
    if (auto waited = wait_for(POLLIN | POLLOUT); !waited) return waited;
    if (PQconsumeInput(connection_.get()) == 0) return lost(first_line(PQerrorMessage(connection_.get())));
  }
}

Result<Answer> PostgresDatabase::next_answer() {
  while (PQisBusy(connection_.get()) != 0) {
    if (auto waited = wait_for(POLLIN); !waited) return fail(waited.error());
    if (PQconsumeInput(connection_.get()) == 0) return lost(first_line(PQerrorMessage(connection_.get())));
  }
  return Answer(PQgetResult(connection_.get()));
}

Result<std::uint64_t> PostgresDatabase::read_answers(const Visit& visit) {
  std::uint64_t changed = 0;
  std::optional<Error> wrong;
  for (;;) {
    auto answer = next_answer();
    if (!answer) return fail(answer.error());
    const pg_result* const result = answer->get();
    if (result == nullptr) break;
    if (is_error(result)) {
      if (!wrong) wrong = statement_trouble(result, shown(place_));
      continue;
    }
    for (int row = 0; visit && row < PQntuples(result); ++row) visit(PostgresRow(result, row));
    const std::string_view count = PQcmdTuples(answer->get());
    std::from_chars(count.data(), count.data() + count.size(), changed);
  }
  if (PQstatus(connection_.get()) == CONNECTION_BAD) close();
  if (wrong) return fail(std::move(*wrong));
  return changed;
}

Result<std::uint64_t> PostgresDatabase::run(std::string_view sql, std::span<const Value> values, const Visit& visit) {
  std::vector<std::string> kept;
  if (auto sent = send(std::string(sql), as_text(values, kept)); !sent) return fail(sent.error());
  // Row by row: a million sums are not held at once.
  if (visit) PQsetSingleRowMode(connection_.get());
  return read_answers(visit);
}

Result<void> PostgresDatabase::script(std::string_view sql) {
  if (auto sent = send(std::string(sql), {}); !sent) return sent;
  const auto read = read_answers({});
  if (!read) return fail(read.error());
  return {};
}

int PostgresDatabase::descriptor() const { return connection_ != nullptr ? PQsocket(connection_.get()) : -1; }

bool PostgresDatabase::told() {
  if (connection_ == nullptr) return false;
  if (PQconsumeInput(connection_.get()) == 0 || PQstatus(connection_.get()) == CONNECTION_BAD) {
    close();
    return false;
  }
  bool any = false;
  while (pgNotify* notice = PQnotifies(connection_.get())) {
    PQfreemem(notice);
    any = true;
  }
  return any;
}

}  // namespace drover::store
