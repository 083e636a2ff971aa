// Asks a running drover in another process for a page of its admin listener.
#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"
#include "base/secret.h"

namespace drover::console {

/// The address of the admin listener, and how it is asked.
struct AdminAddress {
  std::string url;      ///< "http://127.0.0.1:8081"; https is verified
  std::string ca_file;  ///< against these certificates instead of the system's; empty: the system's
  Duration timeout{};
};

struct AdminPage {
  int status = 0;
  std::string body;
};

/// GET {url}{path}; waits for the answer. Errors: a sentence for the person who asked.
[[nodiscard]] Result<AdminPage> fetch_page(const AdminAddress& address, std::string path);
/// A call of the admin API.
struct AdminCall {
  std::string method;
  std::string path;
  std::string body{};  ///< JSON; empty: none
};
/// Makes the call with this token. Errors: as fetch_page.
[[nodiscard]] Result<AdminPage> call_admin(const AdminAddress& address, const Secret& token, AdminCall call);
/// The body of /status. Errors: also for every other status than 200.
[[nodiscard]] Result<std::string> fetch_status(const AdminAddress& address);
/// The page of /explain about this request, target or key. Errors: as fetch_page; also for an answer that is no explain
/// page.
[[nodiscard]] Result<AdminPage> fetch_explanation(const AdminAddress& address, std::string_view name);

}  // namespace drover::console
