#include "net/tls/tls.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "net/tls/tls_context.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

/// Sessions that one listener keeps for TLS 1.2 resumption (for TLS 1.3 the client keeps tickets).
constexpr long kMaxSessions = 4096;
/// "http/1.1" as ALPN writes it: length, then the name.
constexpr unsigned char kAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// OpenSSL's reason for the last failure. It names files and formats, never key material.
std::string last_reason() {
  unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

std::unexpected<Error> bad_config(std::string message) {
  return fail(trouble(ErrorKind::BadConfig, "tls_config", std::move(message)));
}

ContextPtr new_context(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One recv for each record instead of two (header, then body).
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned int in_size,
                void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kAlpn, sizeof kAlpn, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2: no protocol in common
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// Most bytes of certificates; the largest collection in use has 250 KB.
constexpr std::size_t kMaxTrustBytes = std::size_t{64} << 20;

std::string named(const std::string& ca_file) {
  return ca_file.empty() ? "the system's trust store" : "the CA file " + ca_file;
}

/// The file's digest; empty when it cannot be read.
std::string digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content;
  std::array<char, 64 * 1024> piece;
  while (file.read(piece.data(), piece.size()), file.gcount() > 0 && content.size() < kMaxTrustBytes) {
    content.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  return file.eof() ? hex(sha256(content)) : std::string();
}

std::string environment_or(const char* variable, const char* otherwise) {
  const char* const set = std::getenv(variable);
  return set != nullptr ? set : otherwise;
}

/// The state of the places where OpenSSL looks: the file by its content, and the folder, whose certificates OpenSSL
/// reads when it needs them, by the time of its last change.
std::string mark_of_system_trust() {
  const std::string file = environment_or(X509_get_default_cert_file_env(), X509_get_default_cert_file());
  const std::string folder = environment_or(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
  std::error_code none;
  const auto changed = std::filesystem::last_write_time(folder, none);
  return digest_of_file(file) + " " + (none ? "none" : std::to_string(changed.time_since_epoch().count()));
}

}  // namespace

Result<std::string> ClientTls::trust_mark(const std::string& ca_file) {
  if (ca_file.empty()) return mark_of_system_trust();
  std::string digest = digest_of_file(ca_file);
  if (digest.empty()) return bad_config("cannot load " + named(ca_file) + ": it cannot be read");
  return digest;
}

Result<std::shared_ptr<const ClientTls>> ClientTls::create(const std::string& ca_file) {
  ERR_clear_error();
  ContextPtr context = new_context(TLS_client_method());
  if (!context) return bad_config("cannot set up TLS: " + last_reason());
  int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                               : SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr);
  if (loaded != 1) {
    return bad_config("cannot load " + named(ca_file) + ": " + last_reason());
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof kAlpn);
  ResumableSession::collect(context.get());
  return std::make_shared<const OpenSslClient>(std::move(context));
}

Result<std::shared_ptr<const ServerTls>> ServerTls::create(const std::string& cert_file, const std::string& key_file,
                                                           const std::string& client_ca_file) {
  ERR_clear_error();
  ContextPtr context = new_context(TLS_server_method());
  if (!context) return bad_config("cannot set up TLS: " + last_reason());
  SSL_CTX* raw = context.get();
  if (SSL_CTX_use_certificate_chain_file(raw, cert_file.c_str()) != 1) {
    return bad_config("cannot read the certificate " + cert_file + ": " + last_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(raw, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    std::string reason = last_reason();
    if (reason == "key values mismatch") {
      return bad_config("the key " + key_file + " does not belong to the certificate " + cert_file);
    }
    return bad_config("cannot read the key " + key_file + ": " + reason);
  }
  if (SSL_CTX_check_private_key(raw) != 1) {
    last_reason();
    return bad_config("the key " + key_file + " does not belong to the certificate " + cert_file);
  }
  if (!client_ca_file.empty()) {
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(client_ca_file.c_str());
    if (names == nullptr || SSL_CTX_load_verify_locations(raw, client_ca_file.c_str(), nullptr) != 1) {
      sk_X509_NAME_pop_free(names, X509_NAME_free);
      return bad_config("cannot load the client CA file " + client_ca_file + ": " + last_reason());
    }
    SSL_CTX_set_client_CA_list(raw, names);
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(raw, choose_alpn, nullptr);
  SSL_CTX_sess_set_cache_size(raw, kMaxSessions);
  static constexpr unsigned char kSessionContext[] = "drover";
  SSL_CTX_set_session_id_context(raw, kSessionContext, sizeof kSessionContext - 1);
  return std::make_shared<const OpenSslServer>(std::move(context));
}

}  // namespace drover::net
