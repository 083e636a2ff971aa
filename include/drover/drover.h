// The C interface of libdrover, for other languages: make a client, chat, stream, pick a key, see what went wrong.
//
//   drover_client* client = drover_client_create("drover.yaml");   // NULL: keys from the environment
//   char* text = drover_chat(client, NULL, "hello");
//   if (text == NULL) fprintf(stderr, "%s\n", drover_last_error());
//   drover_free(text);
//   drover_client_destroy(client);
//
// Texts are UTF-8. A function that fails returns NULL (or a number other than 0) and says why in the drover_last_*
// functions of the same thread. Clients and balancers may be used by several threads at once; streams and leases by one
// at a time. A handle that is NULL is a failure like any other (code "null_handle") and no crash; NULL may be destroyed
// and freed.
#pragma once

#if defined(__GNUC__)
#define DROVER_C_API __attribute__((visibility("default")))
#else
#define DROVER_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct drover_client drover_client;
typedef struct drover_stream drover_stream;
typedef struct drover_balancer drover_balancer;
typedef struct drover_lease drover_lease;

/* "0.2.0" */
DROVER_C_API const char* drover_version(void);

/* What the last call of this thread that failed said; valid until its next call. */
DROVER_C_API const char* drover_last_error(void); /* one sentence; "" before any */
DROVER_C_API const char* drover_last_code(void);  /* "rate_limited" */
DROVER_C_API const char* drover_last_body(void);  /* the provider's own answer, or "" */
DROVER_C_API int drover_last_status(void);        /* HTTP status, 0 without one */

/* Frees a text that a function returned as char*. */
DROVER_C_API void drover_free(char* text);

/* The gateway's own file; NULL: HOLYSHEEP_API_KEY or OPENAI_API_KEY in the environment. */
DROVER_C_API drover_client* drover_client_create(const char* file);
/* Ends what still runs. Streams of it end with the code "client_closed". */
DROVER_C_API void drover_client_destroy(drover_client* client);

/* One user message; returns the reply's text. model NULL: the default model. */
DROVER_C_API char* drover_chat(drover_client* client, const char* model, const char* text);
/* POST to a path of the API ("/v1/chat/completions"); returns the answer's body. */
DROVER_C_API char* drover_post(drover_client* client, const char* path, const char* json);

/* One user message; the reply comes in pieces. NULL only without memory; drover_stream_next tells other errors. */
DROVER_C_API drover_stream* drover_chat_stream(drover_client* client, const char* model, const char* text);
/* The next piece of text, valid until the next call; NULL at the end. */
DROVER_C_API const char* drover_stream_next(drover_stream* stream);
/* 0: it ended whole (or still runs). Else why not is in drover_last_*. */
DROVER_C_API int drover_stream_failed(drover_stream* stream);
/* Cancels it when it still runs. */
DROVER_C_API void drover_stream_destroy(drover_stream* stream);

/* For callers with an HTTP client of their own. */
DROVER_C_API drover_balancer* drover_balancer_create(const char* file);
DROVER_C_API void drover_balancer_destroy(drover_balancer* balancer);
/* The target to use now. model NULL: the default model. */
DROVER_C_API drover_lease* drover_pick(drover_balancer* balancer, const char* model);
DROVER_C_API const char* drover_lease_key(const drover_lease* lease);
DROVER_C_API const char* drover_lease_base_url(const drover_lease* lease);
DROVER_C_API const char* drover_lease_model(const drover_lease* lease);
DROVER_C_API const char* drover_lease_target(const drover_lease* lease);
DROVER_C_API void drover_lease_succeeded(drover_lease* lease, double seconds);
/* status 0: there was no answer. retry_after NULL or the value of that header. Returns whether another may be tried: 0
   for a lease that is NULL, since nothing was. */
DROVER_C_API int drover_lease_failed(drover_lease* lease, int status, const char* retry_after);
DROVER_C_API void drover_lease_destroy(drover_lease* lease);

#ifdef __cplusplus
}
#endif
