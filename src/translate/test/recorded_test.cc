// Recorded traffic of real providers through every pair of forms, where there is some: DROVER_RECORDED names its
// folder. Without it the tests are skipped. The last one prints a table of what came out.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "translate/answer/answer_words.h"
#include "translate/test/test_kit.h"
#include "translate/write/plain_writer.h"

namespace drover::translate {
namespace {

using namespace test_kit;
namespace fs = std::filesystem;

constexpr Form kAll[] = {Form::Chat, Form::Messages, Form::Responses, Form::Gemini};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::ranges::replace(text, '\n', ' ');  // none stands inside a string of JSON
  return text;
}

std::optional<Form> form_of(std::string_view provider) {
  if (provider == "chat-completions") return Form::Chat;
  if (provider == "responses") return Form::Responses;
  if (provider == "anthropic" || provider == "bedrock-anthropic" || provider == "vertex-anthropic")
    return Form::Messages;
  if (provider == "google") return Form::Gemini;
  return std::nullopt;
}

/// The form of an event or of a plain answer whose file does not say.
std::optional<Form> form_of_json(std::string_view json) {
  const std::string_view type = word_in(json, "type");
  if (type.starts_with("response.") || word_in(json, "object") == "response") return Form::Responses;
  if (type == "message" || type == "message_start") return Form::Messages;
  if (!dialect::raw_member(json, "choices").empty()) return Form::Chat;
  if (!dialect::raw_member(json, "candidates").empty()) return Form::Gemini;
  return std::nullopt;
}

/// A model of the other side's that takes as much as there is.
std::string_view model_for(Form back) {
  if (back == Form::Gemini) return "gemini-3-flash";
  return back == Form::Messages ? "claude-opus-4-6" : "gpt-5.6";
}

struct Tally {
  int cases = 0, faithful = 0, told = 0, refused = 0, wrong = 0;
};

class Recorded : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const folder = std::getenv("DROVER_RECORDED");
    if (folder == nullptr || !fs::is_directory(folder)) GTEST_SKIP() << "DROVER_RECORDED names no folder";
    root_ = folder;
  }

  /// Every file of `cases` and its form.
  template <class Visit>
  void for_cases(Visit visit) {
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "cases")) {
      const auto form = form_of(entry.path().parent_path().filename().string());
      if (entry.is_regular_file() && form.has_value()) visit(entry.path(), *form);
    }
  }

  /// The events of each stream, those that are in one file of JSON and those with one on a line.
  template <class Visit>
  void for_streams(Visit visit) {
    for_cases([&](const fs::path& path, Form form) {
      if (!path.filename().string().ends_with("response-streaming.json")) return;
      std::vector<std::string> events;
      for_elements(read_file(path), [&](std::string_view event) { events.emplace_back(event); });
      visit(path, form, std::move(events));
    });
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "streams")) {
      if (!entry.path().string().ends_with(".chunks.txt")) continue;
      std::vector<std::string> events;
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        if (!line.empty()) events.push_back(line);
      }
      const auto form = events.empty() ? std::nullopt : form_of_json(events.front());
      if (form.has_value()) visit(entry.path(), *form, std::move(events));
    }
  }

  template <class Visit>
  void for_plain(Visit visit) {
    const auto give = [&](const fs::path& path) {
      const std::string body = read_file(path);
      const auto form = form_of_json(body);
      if (form.has_value()) visit(path, *form, body);
    };
    for_cases([&](const fs::path& path, Form) {
      if (path.filename().string().ends_with("response.json")) give(path);
    });
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "streams")) {
      if (entry.path().extension() == ".json") give(entry.path());
    }
  }

  fs::path root_;
};

/// An answer with what the form has no word for said as it says it.
FoldedAnswer as_said_in(Form form, FoldedAnswer answer) {
  for (FoldedBlock& block : answer.blocks) {
    const bool commentary = block.kind == BlockKind::Commentary;
    const bool refusal = block.kind == BlockKind::Refusal;
    if ((form == Form::Chat || form == Form::Gemini) && commentary) block.kind = BlockKind::Thinking;
    if (form == Form::Messages && commentary) block.kind = BlockKind::Text;
    if ((form == Form::Messages || form == Form::Gemini) && refusal) block.kind = BlockKind::Text;
  }
  return answer;
}

bool has_custom_call(const FoldedAnswer& answer) {
  return std::ranges::any_of(answer.blocks,
                             [](const FoldedBlock& block) { return block.kind == BlockKind::CustomCall; });
}

bool has_no_custom_calls(Form form) {
  return form == Form::Messages || form == Form::Gemini;
}

/// Text, calls, class of the end, usage.
void expect_kept(const FoldedAnswer& was, const FoldedAnswer& is, Form through) {
  const FoldedAnswer expected = as_said_in(through, was);
  EXPECT_TRUE(is.whole);
  EXPECT_EQ(gist(is), gist(expected));
  EXPECT_EQ(seals(is), seals(was));
  EXPECT_EQ(chat_finish(is.stop), chat_finish(was.stop));
  EXPECT_EQ(is.usage.input(), was.usage.input());
  EXPECT_EQ(std::max<std::int64_t>(is.usage.output, 0), std::max<std::int64_t>(was.usage.output, 0));
  EXPECT_EQ(std::max<std::int64_t>(is.usage.cache_read, 0), std::max<std::int64_t>(was.usage.cache_read, 0));
}

/// As a provider sends it: without our end of a stream, some recordings have none.
std::string with_end(Form form, const std::vector<std::string>& events) {
  return wire(form, events) + (form == Form::Chat ? "data: [DONE]\n\n" : "");
}

TEST_F(Recorded, StreamsSayTheSameInEveryForm) {
  int streams = 0;
  int unread = 0;
  for_streams([&](const fs::path& path, Form back, const std::vector<std::string>& events) {
    SCOPED_TRACE(path.string());
    const std::string bytes = with_end(back, events);
    const FoldedAnswer was = fold_stream(back, bytes);
    ++streams;
    if (!was.whole) {
      std::printf("no whole answer: %s: %s\n", path.c_str(), was.error.has_value() ? was.error->message.c_str() : "");
      ++unread;
      return;
    }
    for (const Form front : kAll) {
      if (front == back || (has_no_custom_calls(front) && has_custom_call(was))) continue;
      SCOPED_TRACE(to_string(front));
      const std::string out = translated(context(front, back), bytes);
      expect_kept(was, fold_stream(front, out), front);
      const std::string plain = write_plain(was, context(front, back));
      ASSERT_TRUE(is_json_object(plain));
      expect_kept(was, fold_plain(front, plain), front);
      // There and back again.
      const FoldedAnswer again = fold_stream(back, translated(context(back, front), out));
      expect_kept(as_said_in(front, was), again, back);
    }
  });
  std::printf("%d streams, %d of them without a whole answer\n", streams, unread);
}

TEST_F(Recorded, PlainAnswersSayTheSameInEveryForm) {
  int answers = 0;
  for_plain([&](const fs::path& path, Form back, const std::string& body) {
    SCOPED_TRACE(path.string());
    const FoldedAnswer was = fold_plain(back, body);
    if (!was.whole) {
      std::printf("no whole answer: %s: %s\n", path.c_str(), was.error.has_value() ? was.error->message.c_str() : "");
      return;
    }
    ++answers;
    for (const Form front : kAll) {
      if (front == back || (has_no_custom_calls(front) && has_custom_call(was))) continue;
      SCOPED_TRACE(to_string(front));
      const std::string made = plain_answer(front, back, body);
      expect_kept(was, fold_plain(front, made), front);
      expect_kept(as_said_in(front, was), fold_plain(back, plain_answer(back, front, made)), back);
    }
  });
  std::printf("%d plain answers\n", answers);
}

TEST_F(Recorded, AStreamThatIsCutEndsInTheClientsErrorForm) {
  for_streams([&](const fs::path& path, Form back, const std::vector<std::string>& events) {
    SCOPED_TRACE(path.string());
    const std::size_t step = 1 + events.size() / 40;
    for (std::size_t kept = 0; kept < events.size(); kept += step) {
      const std::string bytes = wire(back, {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(kept)});
      const bool whole = fold_stream(back, bytes).whole;
      for (const Form front : kAll) {
        if (front == back) continue;
        const FoldedAnswer made = fold_stream(front, translated(context(front, back), bytes));
        ASSERT_EQ(made.whole, whole) << kept;
        ASSERT_EQ(made.error.has_value(), !whole) << kept;
      }
    }
  });
}

TEST_F(Recorded, RequestsAreTranslatedOrRefusedWithAReason) {
  std::map<std::string, Tally> table;
  for_cases([&](const fs::path& path, Form front) {
    if (!path.filename().string().ends_with("request.json")) return;
    const std::string body = read_file(path);
    for (const Form back : kAll) {
      if (front == back) continue;
      SCOPED_TRACE(path.string() + " to " + std::string(to_string(back)));
      Tally& tally = table[std::string(to_string(front)) + " to " + std::string(to_string(back))];
      ++tally.cases;
      const auto made = try_request(front, back, model_for(back), body);
      if (!made.has_value()) {
        const bool with_reason = made.error().code == "unsupported_by_target";
        ++(with_reason ? tally.refused : tally.wrong);
        EXPECT_TRUE(with_reason) << made.error().code << ": " << made.error().message;
        std::printf("refused: %s to %s: %s\n", path.c_str(), std::string(to_string(back)).c_str(),
                    made.error().message.c_str());
        continue;
      }
      const bool kept = gist(back, made->body) == gist(front, body);
      EXPECT_TRUE(kept) << made->body.substr(0, 2'000);
      if (!kept) ++tally.wrong;
      if (kept) ++(made->losses.empty() ? tally.faithful : tally.told);
      if (!made->losses.empty())
        std::printf("told: %s to %s: %s\n", path.c_str(), std::string(to_string(back)).c_str(),
                    made->losses.head_value().c_str());
    }
  });
  std::printf("%-24s %6s %9s %5s %8s %6s\n", "pair", "cases", "faithful", "told", "refused", "wrong");
  for (const auto& [pair, tally] : table) {
    std::printf("%-24s %6d %9d %5d %8d %6d\n", pair.c_str(), tally.cases, tally.faithful, tally.told, tally.refused,
                tally.wrong);
  }
}

}  // namespace
}  // namespace drover::translate
