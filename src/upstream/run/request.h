// One client request in the form in which any target can be sent it.
#pragma once

#include <string>
#include <string_view>

#include "dialect/dialect.h"
#include "upstream/memory/memory_budget.h"

namespace drover::upstream {

struct UpstreamRequest {
  std::string method;
  std::string path;             ///< the client's canonical path: "/v1/chat/completions"
  std::string query;            ///< without '?'
  std::string fields;           ///< the fields that may cross, as "Name: value\r\n" lines; never a credential
  std::string accept_encoding;  ///< the client's; which codings of an answer can be passed on as they are
  ReplayBody body;              ///< freed at the commit point
  bool has_body = false;
  dialect::Api api = dialect::Api::Pinned;
  const dialect::Dialect* dialect = nullptr;  ///< the client's
  dialect::Inspection inspection;
};

}  // namespace drover::upstream
