// Certificates for tests: each signed by itself, for `localhost`.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  pem: string;
  key: string;
  fingerprint: string;
}

export function newCertificate(): Certificate {
  const dir = mkdtempSync(join(tmpdir(), 'daymark-certificate-'));
  try {
    const [pemFile, keyFile] = [join(dir, 'certificate.pem'), join(dir, 'key.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const who = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...curve, ...who, '-keyout', keyFile, '-out', pemFile], { stdio: 'pipe' });
    const pem = readFileSync(pemFile, 'utf8');
    return { pem, key: readFileSync(keyFile, 'utf8'), fingerprint: new X509Certificate(pem).fingerprint256 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Writes both where nginx reads them, one after the other, as renewals do. */
export function install(certificate: Certificate, files: { certificate: string; key: string }): void {
  writeFileSync(files.certificate, certificate.pem);
  writeFileSync(files.key, certificate.key);
}
