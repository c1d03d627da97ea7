"""The server's certificate: by an authority of its own, the company's, or by ACME; kept and renewed in ``DIR/tls``."""
