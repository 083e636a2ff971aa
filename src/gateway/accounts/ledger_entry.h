// One finished request as a row of the ledger.
#pragma once

#include <string_view>

#include "base/instant.h"
#include "gateway/request/request_state.h"
#include "store/ledger_row.h"

namespace drover::gateway {

/// The first product of a User-Agent ("OpenAI/Python" of "OpenAI/Python 1.2.3"), at most 40 bytes that print.
[[nodiscard]] std::string_view first_product(std::string_view user_agent);

/// `status` is what the client got, `outcome` "ok" or the name of what went wrong.
[[nodiscard]] store::LedgerRow ledger_row(const RequestState& state, int status, std::string_view outcome, Instant now);

}  // namespace drover::gateway
