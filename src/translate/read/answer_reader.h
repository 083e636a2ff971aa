// Reads answers of one form into events.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "translate/answer/answer_event.h"
#include "translate/model/form.h"

namespace drover::translate {

/// One reads one answer. It never calls the sink again after End or Failed.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// One event of the stream: its name (empty where it had no event line) and its data, joined where it stood on
  /// several lines.
  void read_event(std::string_view name, std::string_view data, AnswerSink& sink);
  /// A whole plain answer.
  void read_plain(std::string_view body, AnswerSink& sink);
  /// The body of the stream has ended in an orderly way. Fails where the answer was not whole.
  void end_of_stream(AnswerSink& sink);
  /// End or Failed was given.
  [[nodiscard]] bool ended() const { return ended_; }

 protected:
  AnswerReader() = default;

  virtual void event(std::string_view name, std::string_view data) = 0;
  virtual void plain(std::string_view body) = 0;
  /// Whether an event or a body may be a list of objects: Google's servers put errors in one.
  [[nodiscard]] virtual bool takes_lists() const { return false; }
  /// Whether the answer was whole although no event said so.
  [[nodiscard]] virtual bool whole() const { return false; }

  /// A count of tokens; below 0: `raw` is none.
  [[nodiscard]] static std::int64_t tokens(std::string_view raw);
  void emit(const AnswerEvent& event);
  void start(Text id, Text model);
  std::uint32_t open(BlockKind kind, Text id = {}, Text name = {});
  void add(std::uint32_t block, BlockKind kind, Text text);
  /// What its maker needs to go on with a thought: as the maker has it, or carried by a gateway like this one
  /// (reasoning.h).
  void sign(std::uint32_t block, BlockKind kind, Text seal, Text id, Maker maker);
  void close(std::uint32_t block, BlockKind kind);
  void usage(const AnswerUsage& usage);
  void stop(StopReason reason, Text sequence = {});
  void end();
  void fail(Error error);
  /// An error as the upstream has put it: `raw` holds the whole event or body.
  void fail_as_told(std::string_view raw);
  void fail_unsound(std::string_view what);
  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] bool calls_seen() const { return calls_seen_; }
  void forget_start() { started_ = false; }

 private:
  AnswerSink* sink_ = nullptr;
  std::uint32_t blocks_ = 0;
  bool started_ = false;
  bool stopped_ = false;
  bool calls_seen_ = false;
  bool ended_ = false;
};

/// `request_id`: of what the ids of calls are made where the upstream gives none; it need not live longer.
[[nodiscard]] std::unique_ptr<AnswerReader> answer_reader(Form form, std::string_view request_id = {});

}  // namespace drover::translate
