"""Totals an invoice, to the cent."""

import os
from decimal import ROUND_HALF_UP, Decimal

from stdnum.eu import vat

CENT = Decimal("0.01")
STANDARD_RATE = Decimal(os.environ.get("VAT_PERCENT", "19"))


class InvoiceRejected(Exception):
    """An invoice that must not be sent."""


def handler(invoice, context):
    """Adds up the lines of an invoice. Customers with a VAT number pay without the tax."""
    number = invoice["number"]
    if not invoice["lines"]:
        raise InvoiceRejected(f"Invoice {number} has no lines")
    net = sum(exact(line["quantity"]) * exact(line["unitPrice"]) for line in invoice["lines"])
    rate = Decimal(0) if is_exempt(invoice) else STANDARD_RATE
    tax = (net * rate / 100).quantize(CENT, ROUND_HALF_UP)
    net = net.quantize(CENT, ROUND_HALF_UP)
    print(f"invoice {number}: {len(invoice['lines'])} lines")
    return {"number": number, "exchangeRate": invoice["exchangeRate"], "net": net, "tax": tax, "total": net + tax}


def is_exempt(invoice):
    number = invoice.get("vatNumber")
    if number is None:
        return False
    if not vat.is_valid(number):
        raise InvoiceRejected(f"{number} is no VAT number of the European Union")
    return True


def exact(number):
    """A number as it is written: 0.1 is a tenth."""
    return Decimal(str(number))
