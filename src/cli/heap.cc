// How the program's heap behaves, where it is linked with jemalloc; without it nothing reads this.
//
// A burst of TLS handshakes takes three buffers of 16 to 22 KiB for each connection and gives them back. With glibc's
// heap they leave holes between what stays, and those pages stay too: an idle stream took half as much again. jemalloc
// keeps sizes apart and gives pages back that were free for a while, on a thread of its own. Nothing refers to this but
// the allocator itself, by its name.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
