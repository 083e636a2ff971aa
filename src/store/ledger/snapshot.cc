#include "store/ledger/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <map>
#include <system_error>

#include "store/ledger/checksum.h"
#include "store/records/record_json.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

// A line is a record of a key: names, limits, metadata. The admin API takes no larger body.
constexpr std::size_t kMaxSnapshotLine = 1 << 20;
constexpr std::size_t kSnapshotRead = 1 << 20;

std::string snapshot_line(std::string_view body) {
  std::array<char, 9> sum{};
  std::snprintf(sum.data(), sum.size(), "%08x", checksum(body));
  return std::string(sum.data()) + " " + std::string(body) + "\n";
}

/// What is behind a line's checksum; nothing: it does not fit.
std::optional<std::string_view> line_body(std::string_view line) {
  std::uint32_t sum = 0;
  if (line.size() < 9 || line[8] != ' ') return std::nullopt;
  const auto [end, trouble] = std::from_chars(line.data(), line.data() + 8, sum, 16);
  const std::string_view body = line.substr(9);
  if (trouble != std::errc{} || end != line.data() + 8 || checksum(body) != sum) return std::nullopt;
  return body;
}

std::unexpected<Error> not_whole(const std::string& path) {
  return fail(store_error(kDamaged, "the snapshot of the keys in " + path + " is not whole"));
}

/// "word 12" of a line that begins with `word`; nothing: it is another line.
std::optional<std::uint64_t> number_behind(std::string_view word, std::string_view body) {
  if (!body.starts_with(word)) return std::nullopt;
  body.remove_prefix(word.size());
  std::uint64_t number = 0;
  const auto [end, trouble] = std::from_chars(body.data(), body.data() + body.size(), number);
  if (trouble != std::errc{} || end != body.data() + body.size()) return std::nullopt;
  return number;
}

/// Takes the lines of a snapshot one after the other.
class SnapshotLines {
 public:
  /// False: this is no line of a snapshot.
  bool take(std::string_view body) {
    if (const auto count = number_behind("end ", body)) {
      done_ = *count == lines_;
      return done_;
    }
    ++lines_;
    if (lines_ == 1) return take_head(body);
    if (const auto change = number_behind("change ", body)) {
      snapshot_.change = *change;
      return true;
    }
    return take_record(body);
  }
  [[nodiscard]] bool done() const { return done_; }
  Snapshot& snapshot() { return snapshot_; }

 private:
  bool take_head(std::string_view body) {
    constexpr std::string_view kHead = "drover keys 1 ";
    if (!body.starts_with(kHead)) return false;
    snapshot_.store_id = body.substr(kHead.size());
    return true;
  }
  bool take_record(std::string_view body) {
    if (body.starts_with("key ")) return keep(key_from_json(body.substr(4)), snapshot_.keys);
    if (body.starts_with("principal ")) return keep(principal_from_json(body.substr(10)), snapshot_.principals);
    return false;
  }
  template <class Record>
  bool keep(Result<Record> record, std::vector<Record>& in) {
    if (record) in.push_back(std::move(*record));
    return record.has_value();
  }

  Snapshot snapshot_{};
  std::uint64_t lines_ = 0;
  bool done_ = false;
};

}  // namespace

Result<SnapshotWriter> SnapshotWriter::begin(const std::string& path, const std::string& store_id) {
  auto file = File::open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return fail(file.error());
  SnapshotWriter writer(path, std::move(*file));
  if (auto put = writer.put("drover keys 1 " + store_id); !put) return fail(put.error());
  return writer;
}

Result<void> SnapshotWriter::put(std::string_view body) {
  const std::string line = snapshot_line(body);
  if (auto written = file_.write(line, at_); !written) return written;
  at_ += line.size();
  ++lines_;
  return {};
}

Result<void> SnapshotWriter::add(const Changes& page) {
  std::string lines;
  for (const directory::Key& key : page.keys) lines += snapshot_line("key " + to_json(key));
  for (const directory::Principal& principal : page.principals) {
    lines += snapshot_line("principal " + to_json(principal));
  }
  if (auto written = file_.write(lines, at_); !written) return written;
  at_ += lines.size();
  lines_ += page.keys.size() + page.principals.size();
  change_ = page.change;
  return {};
}

Result<void> SnapshotWriter::finish() {
  if (auto told = put("change " + std::to_string(change_)); !told) return told;
  if (auto ended = put("end " + std::to_string(lines_)); !ended) return ended;
  if (auto synced = file_.sync(); !synced) return synced;
  if (std::rename((path_ + ".new").c_str(), path_.c_str()) != 0) {
    return fail(store_error(kFileTrouble, "the file " + path_ + " cannot be put in its place: " +
                                              std::generic_category().message(errno)));
  }
  return {};
}

Result<Snapshot> read_snapshot(const std::string& path) {
  const auto file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  SnapshotLines lines;
  std::string rest;
  for (std::uint64_t at = 0;;) {
    const auto bytes = file->read(at, kSnapshotRead);
    if (!bytes) return fail(bytes.error());
    if (bytes->empty() || rest.size() > kMaxSnapshotLine) break;
    at += bytes->size();
    rest += *bytes;
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
      const auto body = line_body(std::string_view(rest).substr(begin, end - begin));
      if (!body || lines.done() || !lines.take(*body)) return not_whole(path);
      begin = end + 1;
    }
    rest.erase(0, begin);
  }
  if (!lines.done() || !rest.empty()) return not_whole(path);
  return std::move(lines.snapshot());
}

}  // namespace drover::store
