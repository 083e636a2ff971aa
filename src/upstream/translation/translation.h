// A client's request in the form of another API, for targets that do not speak the client's; and what is remembered of
// answers so that their makers can go on with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/instant.h"
#include "base/result.h"
#include "core/plan/plan.h"
#include "translate/embeddings.h"
#include "translate/translate.h"
#include "upstream/memory/memory_budget.h"
#include "upstream/run/request.h"

namespace drover::upstream {

/// The request that one attempt sends. Attempts that run at the same time may share it.
struct Translation {
  translate::Form back = translate::Form::Chat;
  std::string model;  ///< the name that is sent
  translate::TranslatedRequest request;
  std::optional<translate::EmbeddingsContext> embeddings{};  ///< it is for those, and no conversation
  std::shared_ptr<const translate::Losses> losses;           ///< what could not be carried; null: all was
  AnswerCharge charge;                                       ///< for the body, in the memory that replays may take
};

/// Thoughts that their maker needs back, for clients that send none: by client and by the id of the answer's first tool
/// call. In memory, bounded, shared by all threads and kept over reloads. Never in a log or on a page.
class ReasoningMemory {
 public:
  /// How long, and how much in all; then the oldest goes.
  static constexpr Duration kKept = std::chrono::hours(1);
  static constexpr std::size_t kMostBytes = 64 * 1024 * 1024;
  /// Ids that a server counts up ("call_1") come again in another conversation: nothing is kept for those.
  static constexpr std::size_t kShortestId = 12;

  explicit ReasoningMemory(std::size_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  /// `client`: any number that tells clients apart.
  void keep(std::uint64_t client, translate::ReasoningNote note, Instant now);
  [[nodiscard]] std::optional<std::string> find(std::uint64_t client, std::string_view call_id, Instant now) const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Note {
    std::string thoughts;
    Instant until{};
  };
  struct Place {
    std::uint64_t mark = 0;
    Instant until{};
  };
  void forget_oldest();

  mutable std::mutex mutex_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::uint64_t, Note> notes_;
  std::deque<Place> in_order_;
};

/// A request in the client's own form that is sent without thoughts its provider cannot read.
struct CleanedRequest {
  std::string body;  ///< dialect::kPadding readable bytes stand behind it
  dialect::Inspection inspection;
  AnswerCharge charge;
};

/// Nothing: the request goes up as it is, or there is no memory for another one.
[[nodiscard]] std::shared_ptr<const CleanedRequest> cleaned_request(const UpstreamRequest& request);

/// A request in Gemini's dialect whose body names `model` instead of its path's. Nothing: it names none, or there is no
/// memory for another body.
[[nodiscard]] std::shared_ptr<const CleanedRequest> renamed_request(const UpstreamRequest& request,
                                                                    std::string_view model);

/// Makes translations of one request, and keeps the last one for the next attempt.
class Translator {
 public:
  struct Facts {
    core::Translate policy = core::Translate::Lenient;
    std::string_view request_id = {};
    std::int64_t unix_now = 0;
    std::uint64_t client = 0;
    const ReasoningMemory* memory = nullptr;  ///< null: nothing is remembered
    Instant now{};
  };

  /// The request as `back` for `model`. Errors: kind BadRequest (this provider cannot be given what the request asks
  /// for; the request itself is unsound), LocalResource (there is no memory for it).
  [[nodiscard]] Result<std::shared_ptr<const Translation>> get(const UpstreamRequest& request, translate::Form back,
                                                               const std::string& model, const Facts& facts);
  /// Attempts that are still sending keep theirs.
  void forget() { last_.reset(); }

 private:
  [[nodiscard]] Result<std::shared_ptr<const Translation>> embeddings(const UpstreamRequest& request,
                                                                      const std::string& model, const Facts& facts);

  std::shared_ptr<const Translation> last_;
};

/// Appends the client's head fields that mean something to a provider of another dialect.
void append_translated_fields(const UpstreamRequest& request, const Translation& translation, std::string& out);

/// What a failed answer of another dialect becomes for the client: its body, with the key taken out already.
[[nodiscard]] std::string translated_failure(translate::Form front, int status, std::string_view body,
                                             std::string_view request_id);

}  // namespace drover::upstream
