// Method three: 64 threads, several keys, the fastest first; no call fails while one key can answer.
//
//   failover_under_load CALLS BASE_URL MODEL KEY KEY KEY
#include <drover/client.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 5) return std::cerr << "usage: failover_under_load CALLS BASE_URL MODEL KEY...\n", 2;
  const int calls = std::atoi(argv[1]);

  drover::ProviderOptions provider;
  provider.name = "llm";
  provider.servers = {argv[2]};
  for (int at = 4; at < argc; ++at) provider.keys.emplace_back(argv[at]);
  drover::ModelOptions model;
  model.name = argv[3];
  model.balance = "least_latency";
  model.targets = {"llm"};
  drover::Options options;
  options.providers = {provider};
  options.models = {model};
  options.hooks.log = [](const drover::LogLine& line) { std::cerr << line.text << "\n"; };
  auto client = drover::Client::create(options);
  if (!client) return std::cerr << client.error().message << "\n", 1;

  const auto start = std::chrono::steady_clock::now();
  std::atomic<int> left{calls};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 64; ++thread) {
    threads.emplace_back([&] {
      while (left-- > 0) {
        if (!client->chat("hello")) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << calls << " calls, " << calls / took.count() << " a second, " << failed << " failed\n";
  for (const drover::TargetStatus& target : client->status().targets)
    std::cout << target.name << ": " << target.requests << " requests, " << target.state << "\n";
  return failed == 0 ? 0 : 1;
}
