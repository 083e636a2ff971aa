#include "mock/server/control.h"

namespace drover::mock {
namespace {

Answer refused(int status, std::string code, std::string message) {
  return error_answer(Call::Unknown, {status, "mock_error", std::move(code), std::move(message)});
}

Answer page(std::string body) {
  return plain_answer(Call::Unknown, std::move(body));
}

Answer faults_page(Provider& provider, std::string_view method, std::string_view body, Instant now) {
  if (method == "GET") return page(provider.faults_to_json());
  if (method == "DELETE") {
    provider.set_faults({}, now);
    return page(provider.faults_to_json());
  }
  if (method != "POST" && method != "PUT") return refused(405, "method_not_allowed", "use GET, POST, PUT or DELETE");
  const Result<std::vector<Fault>> faults = faults_from_json(body);
  if (!faults) return refused(400, faults.error().code, faults.error().message);
  if (method == "PUT")
    provider.set_faults(*faults, now);
  else
    provider.add_faults(*faults, now);
  return page(provider.faults_to_json());
}

Answer settings_page(Provider& provider, std::string_view method, std::string_view body, Instant now) {
  if (method == "GET") return page(settings_to_json(provider.settings()));
  if (method != "POST") return refused(405, "method_not_allowed", "use GET or POST");
  Result<Settings> changed = changed_settings(provider.settings(), body);
  if (!changed) return refused(400, changed.error().code, changed.error().message);
  if (changed->listen != provider.settings().listen) {
    return refused(400, "bad_mock_setting", "'listen' cannot change while the mock runs");
  }
  provider.change(*std::move(changed), now);
  return page(settings_to_json(provider.settings()));
}

Answer log_page(Provider& provider, std::string_view method) {
  if (method == "DELETE")
    provider.forget_requests();
  else if (method != "GET")
    return refused(405, "method_not_allowed", "use GET or DELETE");
  return page(journal_to_json(provider.journal(), provider.start(), kMaxLogAnswer));
}

}  // namespace

Answer control(Provider& provider, std::string_view method, std::string_view target, std::string_view body,
               Instant now) {
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view what = path.substr(kControlPrefix.size());
  if (what == "faults") return faults_page(provider, method, body, now);
  if (what == "settings") return settings_page(provider, method, body, now);
  if (what == "log") return log_page(provider, method);
  if (what == "reset") {
    if (method != "POST") return refused(405, "method_not_allowed", "use POST");
    provider.reset(now);
    return page(R"({"reset":true})");
  }
  return refused(404, "not_found", "there are /_mock/faults, /_mock/settings, /_mock/log and /_mock/reset");
}

}  // namespace drover::mock
