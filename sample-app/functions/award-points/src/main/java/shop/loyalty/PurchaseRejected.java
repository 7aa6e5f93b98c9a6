package shop.loyalty;

/** A purchase that earns nothing, since it is none. */
public class PurchaseRejected extends RuntimeException {
    PurchaseRejected(String message) {
        super(message);
    }
}
