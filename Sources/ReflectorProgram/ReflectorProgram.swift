// This target has no source of its own: `reflectorObject`, the compiled bpf/reflector.bpf.c, is put
// here by the build-tool plugin EmbedBPF.
