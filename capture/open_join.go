package capture

// Join reads captures that are open already as one, in the order given. It owns the readers from then on.
func Join(opt Options, readers ...*Reader) *Files {
	f := &Files{opt: opt}
	for _, r := range readers {
		f.inputs = append(f.inputs, input{name: r.Name(), size: r.Size(), once: r})
	}
	return f
}
