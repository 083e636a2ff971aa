#include "translate/preview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::translate {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Preview, TellsWhatATargetWouldLoseAndRefuse) {
  const Preview claude = preview(Form::Chat, Form::Messages, "claude-sonnet-4-5");
  EXPECT_THAT(claude.dropped, Contains("seed"));
  EXPECT_THAT(claude.refused, Contains("n"));
  EXPECT_THAT(claude.dropped, Not(Contains("temperature")));
  EXPECT_THAT(preview(Form::Chat, Form::Messages, "claude-opus-5").dropped, Contains("temperature"))
      << "what the model takes decides";
  const Preview gpt = preview(Form::Messages, Form::Chat, "gpt-4o");
  EXPECT_THAT(gpt.dropped, Contains("top_k"));
  EXPECT_THAT(preview(Form::Responses, Form::Chat, "qwen3-32b").refused, Contains("previous_response_id"));
}

TEST(Preview, EachFeatureIsSoundForItsOwnForm) {
  for (const Form form : {Form::Chat, Form::Messages, Form::Responses}) {
    const Preview own = preview(form, form, form == Form::Messages ? "claude-opus-4-6" : "gpt-5");
    EXPECT_THAT(own.refused, Not(Contains("unknown_fields")));
    EXPECT_THAT(own.dropped, Not(Contains("unknown_fields")));
  }
}

}  // namespace
}  // namespace drover::translate
