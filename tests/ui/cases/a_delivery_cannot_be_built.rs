use hookgate::Delivery;

fn main() {
    let _ = Delivery { event: Box::new(7) };
    let _ = Delivery::<u8>::default();
    let _: Delivery<u8> = Delivery::new(7);
}
