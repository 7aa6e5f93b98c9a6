package shop.loyalty;

import java.math.BigDecimal;
import java.math.BigInteger;

/** What a customer bought. Account numbers have up to twenty digits, more than a long holds. */
public class Purchase {
    private BigInteger account;
    private BigDecimal total;

    public BigInteger getAccount() {
        return account;
    }

    public void setAccount(BigInteger account) {
        this.account = account;
    }

    public BigDecimal getTotal() {
        return total;
    }

    public void setTotal(BigDecimal total) {
        this.total = total;
    }
}
