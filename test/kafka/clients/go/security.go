package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

func init() {
	bySasl := func(mechanism func(r *run) sasl.Mechanism) feature {
		return func(ctx context.Context, r *run) { check(r.comeIn(ctx, "SASL_PLAINTEXT", kgo.SASL(mechanism(r)))) }
	}
	add(map[string]feature{
		"PLAIN":                   bySasl(func(r *run) sasl.Mechanism { return r.plain(r.Security.Password) }),
		"SCRAM-SHA-256":           bySasl(func(r *run) sasl.Mechanism { return r.scram(r.Security.Password).AsSha256Mechanism() }),
		"SCRAM-SHA-512":           bySasl(func(r *run) sasl.Mechanism { return r.scram(r.Security.Password).AsSha512Mechanism() }),
		"OAUTHBEARER":             bySasl(func(r *run) sasl.Mechanism { return oauth.Auth{Token: token(r.Security.Username)}.AsMechanism() }),
		"wrong passwords":         wrongPasswords,
		"TLS":                     overTLS,
		"TLS client certificates": clientCertificates,
		"SASL over TLS": func(ctx context.Context, r *run) {
			check(r.comeIn(ctx, "SASL_SSL", kgo.DialTLSConfig(r.authority()), kgo.SASL(r.scram(r.Security.Password).AsSha512Mechanism())))
		},
	})
}

func (r *run) plain(password string) sasl.Mechanism {
	return plain.Auth{User: r.Security.Username, Pass: password}.AsMechanism()
}

func (r *run) scram(password string) scram.Auth {
	return scram.Auth{User: r.Security.Username, Pass: password}
}

// token: unsigned, for a broker that takes such.
func token(subject string) string {
	part := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	now := time.Now().Unix()
	return part(`{"alg":"none"}`) + "." + part(fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d}`, subject, now, now+600)) + "."
}

func (r *run) authority() *tls.Config {
	pem, err := os.ReadFile(r.Security.CA)
	check(err)
	pool := x509.NewCertPool()
	holds(pool.AppendCertsFromPEM(pem), "no certificate in "+r.Security.CA)
	return &tls.Config{RootCAs: pool}
}

// comeIn by a listener: a record goes there and back.
func (r *run) comeIn(ctx context.Context, listener string, options ...kgo.Opt) error {
	options = append(options, kgo.SeedBrokers(r.Security.Listeners[listener]), kgo.RetryTimeout(2*time.Second), kgo.RequestRetries(0))
	topic := fmt.Sprint(r.name("secure-"), time.Now().UnixNano())
	if _, err := kadm.NewClient(r.client(options...)).CreateTopic(ctx, 1, 1, nil, topic); err != nil {
		return err
	}
	if err := r.client(options...).ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("v")}).FirstErr(); err != nil {
		return err
	}
	same(texts(r.read(ctx, topic, 1, options...)), []string{"v"}, "values")
	return nil
}

func wrongPasswords(ctx context.Context, r *run) {
	for _, mechanism := range []sasl.Mechanism{r.plain("a guess"), r.scram("a guess").AsSha256Mechanism(), r.scram("a guess").AsSha512Mechanism()} {
		refused(r.comeIn(ctx, "SASL_PLAINTEXT", kgo.SASL(mechanism)), kerr.SaslAuthenticationFailed, "a wrong password by "+mechanism.Name())
	}
}

func overTLS(ctx context.Context, r *run) {
	check(r.comeIn(ctx, "SSL", kgo.DialTLSConfig(r.authority())))
	holds(r.comeIn(ctx, "SSL", kgo.DialTLSConfig(&tls.Config{})) != nil, "a broker of an unknown authority was taken")
}

func clientCertificates(ctx context.Context, r *run) {
	config := r.authority()
	certificate, err := tls.LoadX509KeyPair(r.Security.Certificate, r.Security.Key)
	check(err)
	config.Certificates = []tls.Certificate{certificate}
	check(r.comeIn(ctx, "CERTIFICATE", kgo.DialTLSConfig(config)))
	holds(r.comeIn(ctx, "CERTIFICATE", kgo.DialTLSConfig(r.authority())) != nil, "a client without a certificate was let in")
}
