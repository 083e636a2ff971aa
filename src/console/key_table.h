// What `drover keys` prints of the admin API's answers. Names in them are people's: what is printed has no control
// bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::console {

/// The keys of the pages of one list ({"data":[...]}), a line each below a head line; no line is wider than `columns`
/// (0: any width). Errors: a page is no such list.
[[nodiscard]] Result<std::string> key_table(std::span<const std::string> pages, std::size_t columns);
/// The pages' keys as one JSON array. Errors: as above.
[[nodiscard]] Result<std::string> key_array(std::span<const std::string> pages);
/// `next` of a page; empty: it is the last one, or no page.
[[nodiscard]] std::string next_page(std::string_view page);
/// The id of the only key of a list; empty: there is none.
[[nodiscard]] std::string first_id(std::string_view page);

/// One key: a line for each field that says something, the secret last. Errors: the text is no key.
[[nodiscard]] Result<std::string> key_text(std::string_view key);

/// The sentence of an error of the API, with the field that it is about; nothing known: the status.
[[nodiscard]] std::string api_error(int status, std::string_view body);

}  // namespace drover::console
