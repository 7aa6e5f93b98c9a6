package shop.loyalty;

import java.math.BigDecimal;
import java.math.BigInteger;

/** What a purchase has brought. */
public class Award {
    private final BigInteger account;
    private final BigDecimal total;
    private final long points;

    Award(BigInteger account, BigDecimal total, long points) {
        this.account = account;
        this.total = total;
        this.points = points;
    }

    public BigInteger getAccount() {
        return account;
    }

    public BigDecimal getTotal() {
        return total;
    }

    public long getPoints() {
        return points;
    }
}
