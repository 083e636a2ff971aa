// A conversation in the terminal, streamed, with the gateway's own file or the keys in the environment.
//
//   terminal_chat [drover.yaml]
#include <drover/client.h>

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  auto client = argc > 1 ? drover::Client::from_file(argv[1]) : drover::Client::from_env();
  if (!client) return std::cerr << client.error().message << "\n", 1;

  std::vector<drover::Message> conversation;
  for (std::string line; std::cout << "> " << std::flush, std::getline(std::cin, line);) {
    conversation.push_back(drover::Message::user(line));
    std::string answer;
    drover::ChatStream stream = client->stream(conversation);
    for (const drover::ChatEvent& event : stream) {
      std::cout << event.text << std::flush;
      answer += event.text;
    }
    std::cout << "\n";
    if (stream.error()) return std::cerr << stream.error()->to_string() << "\n", 1;
    conversation.push_back(drover::Message::assistant(answer));
  }
}
