#!/bin/sh
# Makes the keys and certificates of this folder anew, and expected.txt with what openssl says of them.
# Nothing here was ever in use: names are invented, and the keys are public.
set -eu
cd "$(dirname "$0")"
openssl genrsa -traditional -out rsa-1024-pkcs1.key 1024
openssl genrsa -out rsa-2048-pkcs8.key 2048
openssl genrsa -traditional -out rsa-4096-pkcs1.key 4096
openssl genrsa -traditional -out rsa-6144-pkcs1.key 6144
openssl genrsa -out rsa-8192-pkcs8.key 8192
openssl ecparam -name prime256v1 -genkey -out ec-256-sec1.key
openssl pkcs8 -topk8 -nocrypt -in ec-256-sec1.key -out ec-256-pkcs8.key
openssl genpkey -algorithm ed25519 -out ed25519-pkcs8.key
openssl dsaparam -genkey -noout 1024 2>/dev/null | openssl dsa -out dsa-1024-traditional.key
openssl rsa -traditional -aes128 -passout pass:invented -in rsa-1024-pkcs1.key -out encrypted-pkcs1.key
openssl pkcs8 -topk8 -passout pass:invented -in rsa-1024-pkcs1.key -out encrypted-pkcs8.key

openssl req -x509 -new -key rsa-4096-pkcs1.key -subj "/O=Example Phones/CN=Example Root" -days 7300 -out root.pem
openssl req -new -key ec-256-sec1.key -subj "/C=DE/O=Example Phones/CN=Example Issuing" -out issuing.csr
openssl x509 -req -in issuing.csr -CA root.pem -CAkey rsa-4096-pkcs1.key -set_serial 2 -days 7000 -out issuing.pem
openssl req -new -key rsa-2048-pkcs8.key -subj "/O=Example Phones/CN=0004F2A1B2C3" -out leaf.csr
openssl x509 -req -in leaf.csr -CA issuing.pem -CAkey ec-256-sec1.key -set_serial 3 -days 3650 -sha256 -out leaf.pem
openssl crl2pkcs7 -nocrl -certfile leaf.pem -out leaf.p7b
cat leaf.pem issuing.pem root.pem > chain.pem
openssl crl2pkcs7 -nocrl -certfile chain.pem -out chain.p7b
# BER with indefinite lengths: a signed message, streamed.
printf 'x' | openssl cms -sign -stream -binary -outform PEM -signer leaf.pem -inkey rsa-2048-pkcs8.key -certfile issuing.pem -out stream.cms
openssl cms -cmsout -inform PEM -in stream.cms -outform PEM -out /dev/null
sed 's/CMS/PKCS7/' stream.cms > stream.p7b
openssl crl2pkcs7 -nocrl -out empty.p7b 2>/dev/null || openssl crl2pkcs7 -nocrl -certfile /dev/null -out empty.p7b
rm -f ./*.csr stream.cms

{
  for key in rsa-*.key ec-*.key ed25519-*.key dsa-*.key; do
    length=$(openssl pkcs8 -topk8 -nocrypt -in "$key" -outform DER | wc -c)
    echo "key $key $((length))"
  done
  for cert in root.pem issuing.pem leaf.pem; do
    length=$(openssl x509 -in "$cert" -outform DER | wc -c)
    for digest in md5 sha1 sha256; do
      print=$(openssl x509 -in "$cert" -noout -fingerprint -$digest | cut -d= -f2)
      echo "certificate $cert $((length)) $print"
    done
  done
} > expected.txt
