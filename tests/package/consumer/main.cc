// Uses the installed library in each of its ways, against the mock at argv[1] with the key argv[2].
#include <drover/balancer.h>
#include <drover/client.h>
#include <drover/drover.h>

#include <cstring>
#include <iostream>

static int failed(const std::string& why) {
  std::cerr << why << "\n";
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) return failed("usage: consumer BASE_URL KEY");
  if (std::strcmp(drover::version(), DROVER_VERSION_TEXT) != 0) return failed("headers and library differ");
  if (std::strcmp(drover_version(), DROVER_VERSION_TEXT) != 0) return failed("headers and C interface differ");

  drover::ProviderOptions provider;
  provider.name = "mock";
  provider.servers = {argv[1]};
  provider.keys = {argv[2]};
  drover::Options options;
  options.providers = {provider};
  options.model = "gpt-4o";
  drover::Client client = drover::Client::create(options).value();

  const drover::ChatReply reply = client.chat("hello").value();
  std::cout << "chat: " << reply.text.size() << " bytes from " << reply.origin.target << "\n";
  if (client.chat_async("hello").get().value().text.empty()) return failed("an empty future");
  std::size_t streamed = 0;
  drover::ChatStream stream = client.stream("hello");
  for (const drover::ChatEvent& event : stream) streamed += event.text.size();
  if (stream.error() != nullptr || streamed == 0) return failed("the stream failed");
  if (client.status().targets.size() != 1) return failed("one target is configured");

  drover::Balancer balancer = drover::Balancer::of_keys(argv[1], {argv[2]}).value();
  drover::Lease lease = balancer.pick("gpt-4o").value();
  if (lease.key() != argv[2]) return failed("another key");
  lease.succeeded(std::chrono::milliseconds(1));

  drover::Options nothing;
  try {
    (void)drover::Client::create(nothing).value();
    return failed("a client out of nothing");
  } catch (const drover::Exception& exception) {
    if (exception.error().kind != drover::ErrorKind::BadConfig) return failed(exception.what());
  }
  std::cout << "all good\n";
}
