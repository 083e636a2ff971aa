// Writes an answer as a stream of OpenAI's Responses: every event that a strict client expects, one item after the
// other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "translate/write/answer_writer.h"
#include "translate/write/json_out.h"

namespace drover::translate {

class ResponsesStreamWriter final : public AnswerWriter {
 public:
  using AnswerWriter::AnswerWriter;

 private:
  void start(const AnswerEvent& event) override;
  void open(const AnswerEvent& event) override;
  void add(const AnswerEvent& event) override;
  void sign(const AnswerEvent& event) override;
  void close(const AnswerEvent& event) override;
  void end() override;
  void failed(const Error& error) override;

  /// Begins an event: its name, its type and its number.
  void begin(std::string_view type);
  void end_event() { out() += "}\n\n"; }
  /// The members that say which item an event is about.
  void write_place(std::string_view part);
  void write_part(std::string_view text);
  void write_item(std::string& to, bool whole);
  void write_delta(std::string_view type, Text text);
  void write_done(std::string_view type, std::string_view field);

  std::string id_;      ///< of the response, without its prefix
  std::string output_;  ///< the items that are whole, with commas
  std::int64_t number_ = 0;
  std::int64_t index_ = 0;
  // The item that is open.
  BlockKind kind_ = BlockKind::Text;
  std::string item_id_, text_, call_id_, name_, seal_;
  bool part_open_ = false;
  bool refused_ = false;  ///< in words of its own
};

}  // namespace drover::translate
