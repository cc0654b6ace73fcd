// Package schema reads Protobuf messages whose types are told: from .proto files, which it compiles, or from a file of
// descriptors, as protoc --descriptor_set_out writes it.
package schema

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/wspeek/wspeek/decode/payload"
)

// Options say where the types are, and which are meant.
type Options struct {
	// Files are .proto files, Include the directories where they and what they import are looked for.
	Files, Include []string
	// Descriptors is a file with a FileDescriptorSet; empty if there is none.
	Descriptors string
	// Types are the types of messages: "c2s=pkg.Request,s2c=pkg.Reply", or one name for both directions.
	Types string
}

// Load is the row of a protocol whose messages are of these types; nil where no types are told.
func Load(o Options) (*payload.Protocol, error) {
	if len(o.Files) == 0 && o.Descriptors == "" {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	files, err := o.files(context.Background())
	if err != nil {
		return nil, err
	}
	c2s, s2c, err := o.types()
	if err != nil {
		return nil, err
	}
	var read [2]payload.Schema
	for i, name := range []string{c2s, s2c} {
		if name == "" {
			continue
		}
		d, err := find(files, name)
		if err != nil {
			return nil, err
		}
		read[i] = reader(d)
	}
	return payload.WithSchema(read[0], read[1]), nil
}

// types splits Types.
func (o *Options) types() (c2s, s2c string, err error) {
	for _, part := range strings.Split(o.Types, ",") {
		way, name, ok := strings.Cut(strings.TrimSpace(part), "=")
		name = strings.TrimPrefix(name, ".")
		switch {
		case !ok && way != "":
			c2s, s2c = strings.TrimPrefix(way, "."), strings.TrimPrefix(way, ".")
		case way == "c2s" && name != "":
			c2s = name
		case way == "s2c" && name != "":
			s2c = name
		default:
			return "", "", fmt.Errorf("--proto-type %q is not c2s=pkg.A,s2c=pkg.B, one of them, or one name for both directions", o.Types)
		}
	}
	return c2s, s2c, nil
}

func (o *Options) files(ctx context.Context) (*protoregistry.Files, error) {
	if o.Descriptors != "" {
		return readDescriptors(o.Descriptors)
	}
	paths := slices.Clone(o.Include)
	names := make([]string, len(o.Files))
	for i, f := range o.Files {
		if names[i] = within(f, o.Include); names[i] == "" {
			names[i], paths = filepath.Base(f), append(paths, filepath.Dir(f))
		}
	}
	var problems []string
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: paths}),
		Reporter: reporterOf(&problems),
	}
	compiled, err := compiler.Compile(ctx, names...)
	if err != nil {
		if len(problems) == 0 {
			problems = append(problems, err.Error())
		}
		return nil, errors.New(strings.Join(problems, "\n"))
	}
	files := &protoregistry.Files{}
	for _, f := range compiled {
		if err := register(files, f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path(), err)
		}
	}
	return files, nil
}

// register adds a file and what it imports, but for what comes with Protobuf itself.
func register(files *protoregistry.Files, f protoreflect.FileDescriptor) error {
	if _, err := files.FindFileByPath(f.Path()); err == nil || strings.HasPrefix(f.Path(), "google/protobuf/") {
		return nil
	}
	imports := f.Imports()
	for i := range imports.Len() {
		if err := register(files, imports.Get(i).FileDescriptor); err != nil {
			return err
		}
	}
	return files.RegisterFile(f) //nolint:wrapcheck // the caller names the file
}

// within is the name of a file in one of the directories; empty if it is in none.
func within(file string, dirs []string) string {
	for _, dir := range dirs {
		if name, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(name) {
			return filepath.ToSlash(name)
		}
	}
	return ""
}

func readDescriptors(file string) (*protoregistry.Files, error) {
	p, err := os.ReadFile(file) //nolint:gosec // the user names it
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the file
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(p, &set); err != nil {
		return nil, fmt.Errorf("%s: not a descriptor set (protoc --include_imports --descriptor_set_out writes one)", file)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return files, nil
}

// find is the message type with that full name, or, where it is the only one, with that last part of it.
func find(files *protoregistry.Files, name string) (protoreflect.MessageDescriptor, error) {
	var all []string
	var found []protoreflect.MessageDescriptor
	files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		eachMessage(f.Messages(), func(m protoreflect.MessageDescriptor) {
			full := string(m.FullName())
			all = append(all, full)
			if full == name || strings.HasSuffix(full, "."+name) {
				found = append(found, m)
			}
		})
		return true
	})
	if i := slices.IndexFunc(found, func(m protoreflect.MessageDescriptor) bool { return string(m.FullName()) == name }); i >= 0 {
		return found[i], nil
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		slices.Sort(all)
		return nil, fmt.Errorf("there is no message type %s; there are: %s", name, strings.Join(all[:min(len(all), maxListed)], ", "))
	}
	var names []string
	for _, m := range found {
		names = append(names, string(m.FullName()))
	}
	slices.Sort(names)
	return nil, fmt.Errorf("several message types are called %s: %s", name, strings.Join(names, ", "))
}

// maxListed is how many names an error lists.
const maxListed = 30

func eachMessage(list protoreflect.MessageDescriptors, f func(protoreflect.MessageDescriptor)) {
	for i := range list.Len() {
		if m := list.Get(i); !m.IsMapEntry() {
			f(m)
			eachMessage(m.Messages(), f)
		}
	}
}
