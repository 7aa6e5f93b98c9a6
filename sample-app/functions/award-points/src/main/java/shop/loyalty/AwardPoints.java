package shop.loyalty;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Awards points for a purchase to a customer's account. */
public class AwardPoints implements RequestHandler<Purchase, Award> {
    private static final BigDecimal POINTS_PER_UNIT = new BigDecimal(System.getenv("POINTS_PER_UNIT"));

    @Override
    public Award handleRequest(Purchase purchase, Context context) {
        BigDecimal total = purchase.getTotal();
        if (total == null || total.signum() < 0) {
            throw new PurchaseRejected("A purchase costs something, not " + total);
        }
        long points = total.multiply(POINTS_PER_UNIT).setScale(0, RoundingMode.DOWN).longValueExact();
        context.getLogger().log("awarded " + points + " points\n");
        return new Award(purchase.getAccount(), total, points);
    }
}
