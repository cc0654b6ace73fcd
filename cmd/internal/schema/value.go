package schema

import (
	"fmt"
	"math"
	"strconv"

	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/wspeek/wspeek/decode/payload"
)

// maxNest is how deep messages nest at most.
const maxNest = 64

// reader reads messages of one type. What has nothing but fields that the type does not know is of another.
func reader(d protoreflect.MessageDescriptor) payload.Schema {
	opt := proto.UnmarshalOptions{AllowPartial: true, DiscardUnknown: false, RecursionLimit: maxNest}
	return func(p []byte) (v any, name string, ok bool) {
		m := dynamicpb.NewMessage(d)
		if opt.Unmarshal(p, m) != nil || len(p) > 0 && len(m.GetUnknown()) == len(p) {
			return nil, "", false
		}
		return message(m), string(d.FullName()), true
	}
}

// message is a message as Args has it: the fields that are set, by their names in the schema. Fields that the schema does not
// know are counted.
func message(m protoreflect.Message) map[string]any {
	out := map[string]any{}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		name := string(f.Name())
		if f.IsExtension() {
			name = "[" + string(f.FullName()) + "]"
		}
		out[name] = field(f, v)
		return true
	})
	if n := len(m.GetUnknown()); n > 0 {
		out["(unknown)"] = fmt.Sprintf("%d bytes of fields that the schema does not have", n)
	}
	return out
}

func field(f protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch {
	case f.IsList():
		list := v.List()
		out := make([]any, list.Len())
		for i := range out {
			out[i] = single(f, list.Get(i))
		}
		return out
	case f.IsMap():
		out := map[string]any{}
		v.Map().Range(func(k protoreflect.MapKey, e protoreflect.Value) bool {
			out[k.String()] = single(f.MapValue(), e)
			return true
		})
		return out
	}
	return single(f, v)
}

func single(f protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch f.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return message(v.Message())
	case protoreflect.EnumKind:
		if e := f.Enum().Values().ByNumber(v.Enum()); e != nil {
			return string(e.Name())
		}
		return int64(v.Enum())
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		x := v.Float()
		if f.Kind() == protoreflect.FloatKind { // as short as a float needs
			if short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', -1, 32), 64); err == nil {
				x = short
			}
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return strconv.FormatFloat(x, 'g', -1, 64)
		}
		return x
	case protoreflect.BytesKind:
		return v.Bytes()
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind, protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return v.Int()
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return v.Uint()
	case protoreflect.BoolKind:
		return v.Bool()
	case protoreflect.StringKind:
		return v.String()
	}
	return nil
}

// reporterOf notes what is wrong in .proto files, with its place.
func reporterOf(problems *[]string) reporter.Reporter {
	return reporter.NewReporter(func(err reporter.ErrorWithPos) error {
		*problems = append(*problems, err.Error())
		return nil
	}, nil)
}
