// Method two: keys in turns, for callers with an HTTP client of their own. A key that keeps failing rests.
//
//   keys_in_turns https://api.holysheep.ai/v1 KEY KEY KEY
#include <drover/balancer.h>

#include <iostream>
#include <vector>

// Stands for your own HTTP call: the second key's account is empty.
static int your_http_call(const std::string& key, const std::string& second) {
  return key == second ? 429 : 200;
}

int main(int argc, char** argv) {
  if (argc < 4) return std::cerr << "usage: keys_in_turns BASE_URL KEY KEY...\n", 2;
  const std::vector<std::string> keys(argv + 2, argv + argc);
  auto balancer = drover::Balancer::of_keys(argv[1], keys);
  if (!balancer) return std::cerr << balancer.error().message << "\n", 1;

  for (int request = 0; request < 9; ++request) {
    auto lease = balancer->pick();
    if (!lease) return std::cerr << lease.error().to_string() << "\n", 1;
    const int status = your_http_call(lease->key(), keys[1]);
    if (status == 200) {
      lease->succeeded(std::chrono::milliseconds(80));
    } else {
      lease->failed(status, {{"Retry-After", "20"}});
    }
    std::cout << lease->target() << " " << status << "\n";
  }
  for (const drover::TargetStatus& target : balancer->status().targets)
    std::cout << target.name << " is " << target.state << (target.why.empty() ? "" : ": ") << target.why << "\n";
}
