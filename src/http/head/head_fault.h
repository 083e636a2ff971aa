// Every reason for refusing a head, in one list: its code, the client's status, and the code for an upstream's answer.
// Codes are stable: logs, metrics and tests use them.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace drover::http {

enum class HeadFault : std::uint8_t {
  // the first line
  BadRequestLine,
  UnknownMethod,  ///< a token longer than any method we could know
  TargetTooLong,
  BadTarget,
  UnsupportedVersion,
  BadStatusLine,
  // any line
  BadLineEnd,  ///< bare LF, or a CR that is not followed by LF
  LineFold,    ///< a line that begins with SP or HTAB
  SpaceBeforeColon,
  BadFieldName,
  BadFieldValue,
  UnderscoredFramingField,  ///< content_length, transfer_encoding: some servers read '_' as '-'
  // sizes
  HeadTooLarge,
  TooManyFields,
  TooManyConnectionOptions,
  // what the fields say together
  BadHost,
  MissingHost,
  DuplicateHost,
  BadContentLength,
  DuplicateContentLength,
  LengthAndTransferEncoding,
  BadTransferEncoding,
  UnknownTransferCoding,
  TransferEncodingOn10,
  UnknownExpectation,
};

/// The error that a client gets for its head. The connection must be closed after it.
[[nodiscard]] Error request_error(HeadFault fault);

/// The error of an upstream's head: BadResponse, 502. The connection must be closed.
[[nodiscard]] Error response_error(HeadFault fault);

}  // namespace drover::http
