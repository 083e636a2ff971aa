// The OpenAPI 3.1 document of the admin API, written from the table of routes and the tables of fields.
#pragma once

#include <string>

namespace drover::gateway::admin {

[[nodiscard]] const std::string& openapi_text();

}  // namespace drover::gateway::admin
