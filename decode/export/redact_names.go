package export

import "slices"

// maxName is the length of the longest name that is looked at.
const maxName = 64

// Names of secrets, in lower case and without what separates words. Each also stands for names
// that end with it: xAuthToken, client_secret.
var secretEndings = []string{
	"token", "secret", "password", "passwd", "passphrase", "passcode", "pwd", "apikey", "accesskey", "secretkey",
	"privatekey", "authkey", "signingkey", "authorization", "jwt", "credential", "credentials", "cookie", "sessionid",
}

// Names that are secrets only as they are: others end like them.
var (
	secretFields = []string{"auth", "bearer", "otp", "pass", "sid", "sessid", "phpsessid", "jsessionid", "connectsid"}
	secretParams = []string{"key", "sig", "session", "ticket", "hmac"}
	paramEndings = []string{"signature"}
)

// folded is name in lower case without what separates words, in buf; empty where it is too long.
func folded[T ~string | ~[]byte](buf *[maxName]byte, name T) []byte {
	n := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c == '-', c == '_', c == '.', c == ' ', c == '[', c == ']':
			continue
		}
		if n == maxName {
			return nil
		}
		buf[n] = c
		n++
	}
	return buf[:n]
}

// secretField recognises the name of a JSON field or a header whose value is a secret.
func secretField[T ~string | ~[]byte](name T) bool {
	var buf [maxName]byte
	f := folded(&buf, name)
	return ends(f, secretEndings) || is(f, secretFields)
}

// secretParam recognises the name of a parameter whose value is a secret.
func secretParam[T ~string | ~[]byte](name T) bool {
	var buf [maxName]byte
	f := folded(&buf, name)
	return ends(f, secretEndings) || ends(f, paramEndings) || is(f, secretFields) || is(f, secretParams)
}

func is(name []byte, list []string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return string(name) == s })
}

func ends(name []byte, list []string) bool {
	return slices.ContainsFunc(list, func(s string) bool {
		return len(name) >= len(s) && string(name[len(name)-len(s):]) == s
	})
}

// random recognises what looks like a token and not like words: long, of letters and several digits.
func random[T ~string | ~[]byte](s T) bool {
	const least, leastDigits = 20, 3
	digits, letters := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters++
		case !tokenByte[c]:
			return false
		}
	}
	return len(s) >= least && digits >= leastDigits && letters >= leastDigits
}
