// This target has no source of its own: `generatorObject`, the compiled bpf/generator.bpf.c, is put
// here by the build-tool plugin EmbedBPF.
