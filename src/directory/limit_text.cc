#include "directory/limit_text.h"

#include "money/nano_usd.h"
#include "money/window.h"

namespace drover::directory {

std::string_view name_of(Unit unit) {
  switch (unit) {
    case Unit::Requests: return "requests";
    case Unit::TokensIn: return "input tokens";
    case Unit::TokensOut: return "output tokens";
    case Unit::Tokens: return "tokens";
    case Unit::Usd: return "US dollars";
    case Unit::Concurrent: return "requests at once";
  }
  return "requests";
}

std::string limit_text(Unit unit, std::int64_t amount, const money::WindowSpec& window) {
  std::string text = unit == Unit::Usd ? money::usd_text({amount}) : std::to_string(amount);
  text.append(" ").append(name_of(unit));
  if (unit != Unit::Concurrent) text.append(" (").append(money::to_text(window)).append(")");
  return text;
}

}  // namespace drover::directory
