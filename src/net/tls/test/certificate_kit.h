// Certificates made by the test, for tests of TLS.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "net/test/test_kit.h"

namespace drover::net::testing {

/// A key and its certificate, in two files of a directory that the last of them removes.
struct Certificate {
  X509* x509 = nullptr;
  EVP_PKEY* key = nullptr;
  std::string cert_file;
  std::string key_file;
};

/// Makes an authority, and certificates that it signs.
class Authority {
 public:
  Authority() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-tls-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    root_ = make("root", "", -1h, 24h, nullptr);
  }
  ~Authority() {
    for (Certificate& made : made_) {
      X509_free(made.x509);
      EVP_PKEY_free(made.key);
    }
    std::filesystem::remove_all(directory_);
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] std::string ca_file() const { return root_.cert_file; }
  /// `names`: "DNS:localhost,IP:127.0.0.1".
  Certificate issue(const std::string& names) { return make("leaf", names, -1h, 24h, &root_); }
  Certificate issue_expired(const std::string& names) { return make("old", names, -48h, -24h, &root_); }
  Certificate issue_self_signed(const std::string& names) { return make("self", names, -1h, 24h, nullptr); }
  /// A path beside the certificates.
  [[nodiscard]] std::string file_name(const std::string& name) const { return directory_ + "/" + name; }
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    std::string path = file_name(name);
    FILE* out = std::fopen(path.c_str(), "w");
    std::fwrite(text.data(), 1, text.size(), out);
    std::fclose(out);
    return path;
  }

 private:
  Certificate make(const std::string& name, const std::string& names, Duration from, Duration until,
                   const Certificate* issuer) {
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    Certificate made;
    made.key = EVP_EC_gen("P-256");
    made.x509 = X509_new();
    X509_set_version(made.x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.x509), static_cast<long>(made_.size()) + 1);
    X509_gmtime_adj(X509_getm_notBefore(made.x509), duration_cast<seconds>(from).count());
    X509_gmtime_adj(X509_getm_notAfter(made.x509), duration_cast<seconds>(until).count());
    X509_set_pubkey(made.x509, made.key);
    X509_NAME* subject = X509_get_subject_name(made.x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509* signer = issuer == nullptr ? made.x509 : issuer->x509;
    X509_set_issuer_name(made.x509, X509_get_subject_name(signer));
    extend(made.x509, NID_basic_constraints, name == "root" ? "critical,CA:TRUE" : "CA:FALSE");
    if (!names.empty()) extend(made.x509, NID_subject_alt_name, names);
    X509_sign(made.x509, issuer == nullptr ? made.key : issuer->key, EVP_sha256());
    std::string stem = directory_ + "/" + name + std::to_string(made_.size());
    made.cert_file = stem + ".crt";
    made.key_file = stem + ".key";
    FILE* out = std::fopen(made.cert_file.c_str(), "w");
    PEM_write_X509(out, made.x509);
    std::fclose(out);
    out = std::fopen(made.key_file.c_str(), "w");
    PEM_write_PrivateKey(out, made.key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    made_.push_back(made);
    return made;
  }

  static void extend(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::string directory_;
  Certificate root_;
  std::vector<Certificate> made_;
};

}  // namespace drover::net::testing
