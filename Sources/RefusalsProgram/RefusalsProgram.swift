// This target has no source of its own: `refusalsObject`, the compiled bpf/refusals.bpf.c, is put
// here by the build-tool plugin EmbedBPF.
